import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { folderIn, type Ran, type Running, start, startSandbox } from './program.ts';

let sandbox: Running;
let folder: string;

beforeAll(async () => {
  sandbox = startSandbox();
  await until('the sandbox waits', () => sandbox.stdout().includes('Ctrl-C ends it'), 30_000);
  folder = folderIn(sandbox.stdout()) ?? '';
}, 35_000);

afterAll(async () => {
  sandbox.child.kill('SIGINT');
  await sandbox.ended;
});

/** The command lines below "Look around", those that go over several lines put together. */
function printedCommands(): string[] {
  const [, after = ''] = sandbox.stdout().split('Look around, in another terminal');
  const [hints = ''] = after.split('What changes is shown here');
  return hints
    .replaceAll(/ \\\n */g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Runs the one printed line that holds this text, as it is printed. */
async function runPrinted(text: string): Promise<Ran> {
  const found = printedCommands().filter((line) => line.includes(text));
  expect(found).toHaveLength(1);
  return start('sh', ['-c', found[0] ?? '']).ended;
}

async function jsonOf(text: string): Promise<unknown> {
  const { code, stdout } = await runPrinted(text);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test('the curl line for the models lists what was registered, and what was there before', async () => {
  const { data } = (await jsonOf('/v1/models')) as { data: { id: string }[] };
  expect(data.map(({ id }) => id).sort()).toEqual(['bge-m3', 'gpt-4o-mini', 'qwen3-research']);
});

test('the curl line for a chat call is answered by the registered model', async () => {
  const answer = (await jsonOf('/v1/chat/completions')) as { choices: { message: { content: string } }[] };
  expect(answer.choices[0]?.message.content).toContain('hosted_vllm/qwen3-32b at http://qwen-predictor.research.svc');
});

test('the curl line for the Kubernetes API lists the InferenceServices', async () => {
  const { items } = (await jsonOf('/apis/serving.kserve.io')) as { items: { metadata: { name: string } }[] };
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['bge-m3', 'qwen']);
});

test('the curl lines for the controller say that it is ready, and what it counts', async () => {
  expect((await runPrinted('/readyz')).stdout).toBe('ok\n');
  expect((await runPrinted('/metrics')).stdout).toContain('state="live"} 2\n');
});

test('the plan line finds all in step', async () => {
  const { code, stdout } = await runPrinted(' plan ');
  expect(stdout).toContain('In step. 2 objects looked at.');
  expect(code).toBe(0);
});

test('the kubeconfig that is exported is there', async () => {
  const { stdout } = await start('sh', ['-c', `${exported()} && cat "$KUBECONFIG"`]).ended;
  expect(stdout).toContain('kind: Config');
});

function exported(): string {
  return printedCommands().find((line) => line.startsWith('export ')) ?? '';
}

test('an object that somebody applies becomes Ready, and what comes of it is shown', async () => {
  const [, kubernetes = ''] = /^ +Kubernetes +(\S+)$/m.exec(sandbox.stdout()) ?? [];
  const answer = await fetch(`${kubernetes}/apis/serving.kserve.io/v1beta1/namespaces/llm/inferenceservices`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: 'guest', annotations: { 'model-registrar.io/enabled': 'true' } },
      spec: { predictor: { model: { modelFormat: { name: 'huggingface' } } } },
    }),
  });
  expect(answer.status).toBe(201);
  await until('the new model is shown', () => /^ {3}\+ guest /m.test(sandbox.stdout()));
  expect(sandbox.stdout()).toContain('KServe, for llm/guest: Ready is True');
  expect(sandbox.stdout()).toContain('LiteLLM serves "guest"');
});

test('Ctrl-C ends it with 0 and removes the folder, also when npm passes the signal on a second time', async () => {
  expect(existsSync(folder)).toBe(true);
  sandbox.child.kill('SIGINT');
  sandbox.child.kill('SIGINT');
  const { code, stdout, stderr } = await sandbox.ended;
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain(`Stopped; ${folder} is removed.`);
  expect(existsSync(folder)).toBe(false);
});
