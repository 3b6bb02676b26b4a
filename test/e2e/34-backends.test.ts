import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BackendKind, type BackendServer, type StubModel, startBackend } from '../support/backend-server.ts';
import { endpointSlice, service } from '../support/services.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { runProgram } from './program.ts';
import { writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let file: string;
const backends: BackendServer[] = [];

beforeEach(async () => {
  scene = await openScene();
  file = join(dirname(scene.keyFile), 'backends.yaml');
});

afterEach(async () => {
  await scene.close();
  await Promise.all(backends.splice(0).map((one) => one.stop()));
});

async function backend(kind: BackendKind, models: readonly StubModel[]): Promise<BackendServer> {
  const started = await startBackend(kind, models);
  backends.push(started);
  return started;
}

/** JSON is YAML. */
const list = (...entries: object[]) =>
  writeFile(file, JSON.stringify({ backends: entries.map((entry) => ({ interval: '1s', timeout: '2s', ...entry })) }));

const start = (settings: Record<string, string | readonly string[]> = {}): Promise<Controller> =>
  scene.controller({ settings: { source: 'backend', backends: file, ...settings } });

const names = async () => (await scene.gateway.models()).map((row) => row.model_name).sort();

const become = (wanted: readonly string[], withinMs?: number) =>
  until(`LiteLLM holds ${wanted.join()}`, async () => (await names()).join() === [...wanted].sort().join(), withinMs);

test('34: what three kinds of servers list is registered and called through LiteLLM, with what they tell', async () => {
  const ollama = await backend('ollama', [{ id: 'llama3.2:3b' }, { id: 'nomic-embed-text' }, { id: 'old-test' }]);
  const vllm = await backend('vllm', [
    { id: 'Qwen/Qwen3-8B', max_model_len: 32_768 },
    { id: 'sql', parent: 'Qwen/Qwen3-8B' },
  ]);
  const face = await backend('huggingface', [{ id: 'bert' }]);
  await list(
    {
      name: 'lab',
      url: ollama.url,
      provider: 'openai',
      exclude: ['*-test'],
      'model-name': '{backend}/{name}',
      modes: [{ match: '*embed*', mode: 'embedding' }],
      tags: ['lab'],
      'access-groups': ['beta'],
    },
    { name: 'box', url: vllm.url, 'litellm-params': { rpm: 10 }, 'model-info': { description: 'fast' } },
    { name: 'face', url: face.url },
  );
  await start();
  await become(['lab/llama3.2:3b', 'lab/nomic-embed-text', 'Qwen/Qwen3-8B', 'sql', 'bert']);
  expect(await scene.gateway.model('lab/llama3.2:3b')).toMatchObject({
    litellm_params: { model: 'openai/llama3.2:3b', api_base: ollama.url, tags: ['lab'] },
    model_info: { id: expect.stringMatching(/^backend\.lab\.[0-9a-f]{8}$/), access_groups: ['beta'] },
  });
  expect((await scene.gateway.model('lab/nomic-embed-text')).model_info.mode).toBe('embedding');
  const lengths = { max_tokens: 32_768, max_input_tokens: 32_768, description: 'fast' };
  expect(await scene.gateway.model('sql')).toMatchObject({ litellm_params: { rpm: 10 }, model_info: lengths });
  for (const name of ['lab/llama3.2:3b', 'Qwen/Qwen3-8B', 'sql', 'bert'])
    expect(await scene.gateway.chat(name)).toMatchObject({ status: 200 });
  expect(await scene.gateway.embed('lab/nomic-embed-text')).toMatchObject({ status: 200 });
  // Nothing was called to find out what the models can do.
  const made = [ollama, vllm, face].flatMap(({ calls }) => calls.filter(({ method }) => method === 'POST'));
  expect(made).toHaveLength(5);
}, 120_000);

const figure = async (controller: Controller, name: string, labels: string): Promise<number> => {
  const line = (await controller.metrics()).split('\n').find((one) => one.startsWith(`${name}{${labels}}`));
  return line === undefined ? 0 : Number(line.split(' ').at(-1));
};

const asked = (controller: Controller, backendName: string, outcome: string) =>
  figure(controller, 'model_registrar_backend_requests_total', `backend="${backendName}",outcome="${outcome}"`);

/** Waits until a backend was asked so many more times with this outcome. */
async function askedAgain(controller: Controller, name: string, outcome: string, times: number, withinMs = 30_000) {
  const before = await asked(controller, name, outcome);
  await until(
    `${name} was asked: ${outcome}`,
    async () => (await asked(controller, name, outcome)) >= before + times,
    withinMs,
  );
}

test('34: a backend that is away for two minutes, answers nonsense or lists nothing loses no model; rows of others are let alone', async () => {
  const server = await backend('ollama', [{ id: 'llama' }, { id: 'mistral' }]);
  const bedrock = { model: 'bedrock/anthropic.claude-3-haiku', aws_region_name: 'us-east-1' };
  const handMade = await scene.gateway.addByHand({ name: 'claude', params: bedrock });
  await list({ name: 'lab', url: server.url });
  const controller = await start();
  await become(['llama', 'mistral', 'claude']);
  const before = await scene.gateway.models();

  for (const [body, status, outcome] of [
    ['<html>', 200, 'nonsense'],
    [{ models: ['llama'] }, 200, 'nonsense'],
    [{ object: 'list', data: [] }, 200, 'empty'],
    [{ error: 'x' }, 503, 'server-error'],
  ] as const) {
    server.answerModels(body, status);
    await askedAgain(controller, 'lab', outcome, 3);
  }
  server.answerModels(undefined);
  server.hang(true);
  await askedAgain(controller, 'lab', 'timeout', 2);
  server.hang(false);
  await server.stop();
  const since = performance.now();
  await askedAgain(controller, 'lab', 'unreachable', 100, 180_000);
  await until('two minutes are over', () => performance.now() - since >= 120_000, 120_000);
  expect(await figure(controller, 'model_registrar_backend_up', 'backend="lab"')).toBe(0);
  expect(await scene.gateway.models()).toEqual(before);

  await server.start();
  await until('it is up', async () => (await figure(controller, 'model_registrar_backend_up', 'backend="lab"')) === 1);
  await askedAgain(controller, 'lab', 'answered', 2);
  expect(await scene.gateway.models()).toEqual(before);
  expect(before.find(({ model_info }) => model_info.id === handMade)).toMatchObject({ litellm_params: bedrock });
  const told = controller
    .output()
    .split('\n')
    .filter((line) => line.includes('does not say which models it has'));
  // Once for each reason, not for each time.
  expect(told.map((line) => (JSON.parse(line) as { error: { code: string } }).error.code)).toEqual([
    'nonsense',
    'empty',
    'server-error',
    'timeout',
    'unreachable',
  ]);
}, 240_000);

test('34: a model that is missing twice in a row goes, one that is missing once stays, also across a restart', async () => {
  const server = await backend('vllm', [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }]);
  await list({ name: 'box', url: server.url });
  const controller = await start({ 'max-delete-share': '0.5' });
  await become(['a', 'b', 'c', 'd']);
  server.list([{ id: 'a' }, { id: 'c' }, { id: 'd' }]);
  await become(['a', 'c', 'd']);
  const lists = server.calls.filter(({ path }) => path.endsWith('/models')).length;
  await controller.stop();

  // While nobody looks one goes, and another is missing in the first answer alone.
  server.list([{ id: 'a' }]);
  const next = await start({ 'max-delete-share': '0.5' });
  await until('it was asked once', () => server.calls.filter(({ path }) => path.endsWith('/models')).length > lists);
  server.list([{ id: 'a' }, { id: 'c' }]);
  await become(['a', 'c']);
  await askedAgain(next, 'box', 'answered', 3);
  expect(await names()).toEqual(['a', 'c']);

  // Down when it starts: what stands stays.
  await next.stop();
  await server.stop();
  const blind = await start();
  await askedAgain(blind, 'box', 'unreachable', 3);
  expect(await names()).toEqual(['a', 'c']);
  await server.start();
  server.list([{ id: 'a' }, { id: 'c' }, { id: 'e' }]);
  await become(['a', 'c', 'e']);
}, 120_000);

test('34: only the file takes a backend out, and not where its entry said retain; a file that says nothing changes nothing', async () => {
  const [one, two] = [
    await backend('ollama', [{ id: 'a' }, { id: 'b' }]),
    await backend('ollama', [{ id: 'c' }, { id: 'd' }]),
  ];
  await list({ name: 'one', url: one.url }, { name: 'two', url: two.url, cleanup: 'retain' });
  const controller = await start();
  await become(['a', 'b', 'c', 'd']);

  for (const [text, problem] of [
    ['', 'backends.yaml:1: the file is empty'],
    [
      'backends:\n  - name: one\n    url: ftp://x\n',
      'backends.yaml:3: backends[0].url must be an http:// or https:// address',
    ],
    ['backends: {', 'it is not YAML'],
    ['{"other": []}', 'other is not known'],
  ] as const) {
    await writeFile(file, text);
    await until(`${problem} is told`, () => controller.output().includes(problem), 15_000);
    expect(await names()).toEqual(['a', 'b', 'c', 'd']);
  }
  expect(await figure(controller, 'model_registrar_source_synced', 'source="backend"')).toBe(0);
  await writeFile(file, 'backends: []');
  await become(['c', 'd'], 20_000);
  expect(await figure(controller, 'model_registrar_source_synced', 'source="backend"')).toBe(1);
  await controller.stop();
  const again = await start();
  await until('it looks after them again', async () => (await again.ready()).status === 200);
  const settings = ['--source=backend', `--backends=${file}`];
  expect(await runProgram(['plan', ...settings, ...access()])).toMatchObject({ code: 0 });
  expect(await names()).toEqual(['c', 'd']);
  await list({ name: 'two', url: two.url });
  await askedAgain(again, 'two', 'answered', 2);
  await list({ name: 'one', url: one.url });
  await become(['a', 'b'], 20_000);
}, 120_000);

const access = () => [
  `--kubeconfig=${scene.bed.kubernetes.kubeconfigPath}`,
  `--owner-id=${scene.ownerId}`,
  `--litellm-url=${scene.bed.litellm.url}`,
  `--litellm-key-file=${scene.keyFile}`,
];

test('34: a key is sent by LiteLLM, reaches it anew by one PATCH a model, and is seen nowhere', async () => {
  const keys = [0, 1].map(() => `canary-${randomBytes(12).toString('hex')}`);
  const [first = '', second = ''] = keys;
  const server = await backend('vllm', [{ id: 'a' }, { id: 'b' }]);
  server.wantKey(first);
  const keyFile = join(dirname(file), 'backend-key');
  await writeFile(keyFile, `${first}\n`);
  await list({ name: 'box', url: server.url, 'api-key-file': keyFile });
  const proxy = await scene.bed.startProxy();
  const controller = await scene.controller({ litellmUrl: proxy.url, settings: { source: 'backend', backends: file } });
  await become(['a', 'b']);
  expect(await scene.gateway.chat('a')).toMatchObject({ status: 200 });
  proxy.forget();

  server.wantKey(second);
  await writeFile(keyFile, second);
  await until('LiteLLM calls with the new key', async () => (await scene.gateway.chat('a')).status === 200, 20_000);
  await until('also the other', async () => (await scene.gateway.chat('b')).status === 200);
  expect(writesAt(proxy)).toEqual(['PATCH /model/{id}/update', 'PATCH /model/{id}/update']);
  await controller.stop();
  proxy.forget();

  // The same key again: nothing is written.
  const again = await scene.controller({ litellmUrl: proxy.url, settings: { source: 'backend', backends: file } });
  await askedAgain(again, 'box', 'answered', 3);
  expect(writesAt(proxy)).toEqual([]);
  // One that is taken away keeps what is known.
  await writeFile(keyFile, '');
  await askedAgain(again, 'box', 'answered', 8);
  expect(await scene.gateway.chat('a')).toMatchObject({ status: 200 });

  const plans = await Promise.all(
    [['plan'], ['list', '-o', 'json']].map((args) =>
      runProgram([...args, '--source=backend', `--backends=${file}`, ...access()]),
    ),
  );
  const rows = await scene.bed.postgres.psql('SELECT * FROM "LiteLLM_ProxyModelTable"');
  const said = [
    controller.output(),
    again.output(),
    await again.metrics(),
    rows,
    ...plans.map((one) => one.stdout + one.stderr),
  ];
  for (const key of keys) expect(said.join('\n').includes(key)).toBe(false);
}, 120_000);

test('34: whether a model calls functions is asked where the entry says so, once for each new model', async () => {
  const server = await backend('vllm', [{ id: 'tools' }, { id: 'plain' }, { id: 'embed' }]);
  const quiet = await backend('ollama', [{ id: 'never-asked' }]);
  server.callsFunctions(['tools', 'late']);
  const modes = [{ match: 'embed', mode: 'embedding' }];
  await list({ name: 'box', url: server.url, probe: true, modes }, { name: 'quiet', url: quiet.url });
  const controller = await start();
  await become(['tools', 'plain', 'embed', 'never-asked']);
  const able = async (name: string) => (await scene.gateway.model(name)).model_info.supports_function_calling;
  expect([await able('tools'), await able('plain')]).toEqual([true, false]);
  server.list([{ id: 'tools' }, { id: 'plain' }, { id: 'embed' }, { id: 'late' }]);
  await become(['tools', 'plain', 'embed', 'late', 'never-asked']);
  expect(await able('late')).toBe(true);
  await controller.stop();
  const again = await start();
  await askedAgain(again, 'box', 'answered', 3);
  const probes = [...server.calls, ...quiet.calls].flatMap(({ tools, model }) => (tools ? [model] : []));
  expect(probes.map(String).sort((one, other) => one.localeCompare(other))).toEqual(['late', 'plain', 'tools']);
}, 120_000);

test('34: one table of plan has what all sources would change, and a backend goes before the objects of tenants', async () => {
  const server = await backend('ollama', [{ id: 'llama' }]);
  await list({ name: 'lab', url: server.url });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'qwen' } });
  await scene.serve({ name: 'thief', annotations: { 'model-name': 'llama' } });
  const { namespace } = scene;
  const put = (path: string, object: { metadata: { name: string } }) =>
    scene.cluster.call('PATCH', `${path}/${object.metadata.name}?fieldManager=user&force=true`, object, {
      contentType: 'application/apply-patch+yaml',
    });
  await put(
    `/api/v1/namespaces/${namespace}/services`,
    service({ namespace, annotations: { 'model-name': 'by-hand' } }),
  );
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  await put(slices, endpointSlice({ namespace, ready: [true] }));
  const { code, stdout } = await runProgram([
    'plan',
    '--source=inference-service',
    '--source=service',
    '--source=backend',
    `--backends=${file}`,
    `--namespace=${namespace}`,
    ...access(),
  ]);
  expect(stdout).toMatch(/by-hand .* service\//);
  expect(stdout).toMatch(/llama .*backend\/-\/lab:llama/);
  expect(stdout).toMatch(/qwen .*inference-service\//);
  expect(code).toBe(2);
  await start({ source: ['inference-service', 'service', 'backend'], namespace });
  await become(['llama', 'qwen', 'by-hand']);
  expect((await scene.gateway.model('llama')).model_info.id).toMatch(/^backend\.lab\./);
  await until('the other is told', async () =>
    (await scene.events('thief')).some((event) => event.startsWith('NameConflict: ')),
  );
}, 120_000);

test('34: doctor says what is wrong with the file, and asks each backend once', async () => {
  const [good, dead] = [await backend('ollama', [{ id: 'a' }]), await backend('ollama', [{ id: 'b' }])];
  await dead.stop();
  await list({ name: 'good', url: good.url }, { name: 'dead', url: dead.url });
  const doctor = async () => {
    const { stdout } = await runProgram(['doctor', `--backends=${file}`, '-o', 'json', ...access()]);
    const { checks } = JSON.parse(stdout) as { checks: { id: string; about: string; status: string; says: string }[] };
    return checks.filter(({ about }) => about === 'backends').map(({ id, status, says }) => `${id} ${status} ${says}`);
  };
  expect(await doctor()).toEqual([
    `backends-file ok ${file} lists 2 backends.`,
    `backend-good ok ${good.url} lists 1 model.`,
    'backend-dead failed Backend dead: it cannot be reached (ECONNREFUSED).',
  ]);
  await writeFile(file, 'backends: 5');
  expect(await doctor()).toEqual([
    `backends-file failed ${file}:1: backends must be a list of backends, each with name and url.`,
  ]);
  await dead.start();
});

test('34: a row that was made by hand keeps its name, until it is adopted', async () => {
  const server = await backend('ollama', [{ id: 'llama' }, { id: 'mistral' }]);
  const params = { model: 'hosted_vllm/llama', api_base: server.url, api_key: 'x' };
  const theirs = await scene.gateway.addByHand({ name: 'llama', params });
  await list({ name: 'lab', url: server.url });
  const settings = ['--source=backend', `--backends=${file}`, '--settle=6s'];
  const controller = await start();
  await become(['llama', 'mistral']);
  await until('it is told', () => controller.output().includes('is held by a model that was added to LiteLLM by hand'));
  expect((await scene.gateway.model('llama')).model_info.id).toBe(theirs);
  const adopted = await runProgram(['adopt', 'llama', '--yes', ...settings, ...access()], { withinMs: 90_000 });
  expect(adopted).toMatchObject({ code: 0 });
  await until('ours alone is there', async () =>
    (await scene.gateway.model('llama')).model_info.id.startsWith('backend.lab.'),
  );
  expect(await names()).toEqual(['llama', 'mistral']);
});

test('34: where most models of a backend are gone after a start they are held, and go when that is confirmed', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const server = await backend(
    'vllm',
    ids.map((id) => ({ id })),
  );
  await list({ name: 'box', url: server.url });
  const controller = await start();
  await become(ids);
  await controller.stop();
  server.list([{ id: 'a' }]);
  const next = await start();
  await until('they are held', async () => (await next.metrics()).includes('model_registrar_deletes_held 5'), 20_000);
  const settings = ['--source=backend', `--backends=${file}`, ...access()];
  const { stdout } = await runProgram(['plan', '-o', 'json', ...settings]);
  const { held } = JSON.parse(stdout) as { held: { hash: string; models: number } };
  expect(await names()).toEqual(ids);
  expect(await runProgram(['sync', `--confirm-deletes=${held.hash}`, ...settings])).toMatchObject({ code: 0 });
  expect(await names()).toEqual(['a']);
}, 120_000);
