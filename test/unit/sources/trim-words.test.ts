// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of shells and of Kubernetes, no templates of ours
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeContainers } from '../../../src/sources/inference-service/merge-containers.ts';
import { readServerArguments, type ServerContainer } from '../../../src/sources/server-arguments.ts';
import { trimContainer } from '../../../src/sources/trim-container.ts';

const some = <T>(...values: T[]) => fc.constantFrom(...values);
const many = <T>(one: fc.Arbitrary<T>, most: number) => fc.array(one, { maxLength: most });

const value = some(
  'a',
  'org/m',
  '8192',
  '0.9',
  'embed',
  '/mnt/models',
  '{{.Name}}',
  '$(MODEL_NAME)',
  '$(nproc)',
  '$(KEY)',
);
const quoted = some(
  '"a b"',
  `'{"a": 1}'`,
  '"$HOUSE_NAME"',
  '${HOUSE_NAME:-b}',
  '$(nvidia-smi -L | wc -l)',
  '`nproc`',
  '"$(cat /k)"',
);
const flag = some(
  '--served-model-name',
  '--model',
  '--model_name',
  '--task',
  '--max-model-len',
  '-m',
  '-tp',
  '--port',
  '--api-key',
  '--trust-remote-code',
  '--hf-overrides',
);

/** One or two words of an argument list. */
const argument = fc.oneof(
  fc.tuple(flag, value).map(([name, text]) => [`${name}=${text}`]),
  fc.tuple(flag, value).map(([name, text]) => [name, text]),
  flag.map((name) => [name]),
);
/** A shell that runs a script passes it on as it is. */
const inOneWord = fc.tuple(flag, value).map(([name, text]) => [`${name} ${text}`]);
const argumentsOf = (one: fc.Arbitrary<string[]>) => many(one, 5).map((parts) => parts.flat());

/** Flags as they stand in a script. */
const scriptFlags = many(
  fc
    .tuple(flag, some('=', ' ', ' \\\n  '), fc.option(fc.oneof(value, quoted)))
    .map(([name, between, text]) => (text === null ? name : `${name}${between}${text}`)),
  5,
);
const command = fc.oneof(
  some('cd /app', 'echo "it is"', 'export HOUSE_NAME=c', 'HOUSE_NAME="d e"', 'export HF_TOKEN=sk-1 # why', 'sleep 5 &'),
  fc
    .tuple(
      some('vllm serve org/m', 'HF_TOKEN=x exec vllm serve m', 'python3 -m vllm.entrypoints.openai.api_server'),
      scriptFlags,
      some(' ', ' \\\n  ', '\\\n '),
      some('', ' "$@"', ' $MORE', ' 2>&1 | tee /log'),
    )
    .map(([start, flags, between, end]) => [start, ...flags].join(between) + end),
);
const script = fc
  .tuple(fc.array(command, { minLength: 1, maxLength: 3 }), some('\n', '; ', ' && '))
  .map(([commands, between]) => commands.join(between));

const variable = (names: readonly string[], value: fc.Arbitrary<string | undefined>) =>
  fc.record({ name: some(...names), value });
const env = many(
  fc.oneof(
    variable(['MODEL_NAME', 'SERVED_MODEL_NAME', 'HOUSE_NAME'], fc.oneof(value, some(undefined, ''))),
    variable(['MORE', 'VLLM_ADDITIONAL_ARGS'], some('--served-model-name q --port 8', '--task=embed')),
    variable(['PORT'], some('8080')),
    variable(['HF_TOKEN', 'KEY'], some(undefined)),
  ),
  4,
);
const containers = (command: fc.Arbitrary<string[] | undefined>, args: fc.Arbitrary<string[]>) =>
  fc.tuple(
    fc.record({
      image: some(undefined, 'vllm/vllm-openai:v1', 'corp/x', 'kserve/huggingfaceserver'),
      command,
      args,
      env,
    }),
    fc.record({ args, env }),
  );
const runtimeAndOwn = fc.oneof(
  containers(
    some(undefined, ['vllm', 'serve'], ['python3', '-m', 'vllm.entrypoints.openai.api_server'], ['/start.sh']),
    argumentsOf(fc.oneof(argument, inOneWord)),
  ),
  containers(
    script.map((text) => ['sh', '-c', text, '--']),
    argumentsOf(argument),
  ),
);

it('what is kept of a runtime and an object says what they say whole', () => {
  fc.assert(
    fc.property(runtimeAndOwn, ([runtime, own]) => {
      const read = (one: ServerContainer, other: ServerContainer) => {
        const { servedNames, unread, ...rest } = readServerArguments(mergeContainers(one, other), {
          name: 'isvc',
          appended: false,
        });
        return { name: servedNames[0], unread: unread.map(({ setting }) => setting), ...rest };
      };
      expect(read(trimContainer(runtime), trimContainer(own))).toEqual(read(runtime, own));
    }),
    { numRuns: 1000 },
  );
});
