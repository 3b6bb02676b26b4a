import { z } from 'zod';
import type { StubServer } from '../../base/index.ts';

const containerSchema = z.object({
  name: z.string(),
  image: z.string().default(''),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
});

const adapterSchema = z.object({ name: z.string() });

export const podSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string() }),
  spec: z.object({ containers: z.array(containerSchema).min(1) }),
});

type Container = z.infer<typeof containerSchema>;
export type Pod = z.infer<typeof podSchema>;

/**
 * What the model server in a pod would serve, read from how its container is started. It is a reading of its own: the program under test has another, and
 * they shall not err together.
 */
export function servingOf(pod: Pod): StubServer {
  const { containers } = pod.spec;
  const container = containers.find(({ name }) => name === 'kserve-container') ?? containers[0];
  if (container === undefined) return { served: [], basePath: '/v1' };
  const words = wordsOf(container);
  if (!container.image.includes('huggingfaceserver')) {
    const served = lastOf(words, 'served-model-name') ?? lastOf(words, 'model')?.slice(0, 1) ?? [];
    return { served: [...served, ...adaptersOf(container)], basePath: '/v1' };
  }
  // KServe's Hugging Face server knows a model under one name, the first that vLLM is given.
  const names = lastOf(words, 'served-model-name') ?? lastOf(words, 'model-name') ?? ['model'];
  const prefix = variable(container, 'KSERVE_OPENAI_ROUTE_PREFIX') ?? '/openai';
  return { served: names.slice(0, 1), basePath: `${prefix && `/${prefix.replace(/^\//, '')}`}/v1` };
}

/** LoRA adapters, as KServe hands them to vLLM: each a JSON object in single quotes, for a shell to take off. */
function adaptersOf({ args }: Container): string[] {
  const modules = lastOf(args, 'lora-modules') ?? [];
  return modules.map((word) => adapterSchema.parse(JSON.parse(word.replace(/^'(.*)'$/, '$1'))).name);
}

/** Command and arguments with the variables that the kubelet puts in; the words of a shell's script each on its own. */
function wordsOf(container: Container): string[] {
  const words = [...container.command, ...container.args].map((word) =>
    word.replace(/\$\(([\w.-]+)\)/g, (whole, name: string) => variable(container, name) ?? whole),
  );
  const script = words.findIndex((word, index) => word === '-c' && /(^|\/)(ba|da)?sh$/.test(words[index - 1] ?? ''));
  if (script < 0) return words;
  return (words[script + 1] ?? '').split(/\s+/).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}

/** The values of the last flag of that name, written `--name value…` or `--name=value`, with dashes or underscores. */
function lastOf(words: readonly string[], name: string): string[] | undefined {
  let found: string[] | undefined;
  for (const [index, word] of words.entries()) {
    const [flag = '', ...value] = word.split('=');
    if (flag.replaceAll('_', '-') !== `--${name}`) continue;
    found = value.length > 0 ? [value.join('=')] : valuesAfter(words, index);
  }
  return found;
}

function valuesAfter(words: readonly string[], index: number): string[] {
  const rest = words.slice(index + 1);
  const end = rest.findIndex((word) => word.startsWith('-'));
  return end < 0 ? rest : rest.slice(0, end);
}

function variable(container: Container, name: string): string | undefined {
  return container.env.find((each) => each.name === name)?.value;
}
