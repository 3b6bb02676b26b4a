import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { type BackendsScene, openBackendsScene } from './backends-scene.ts';
import { runProgram } from './program.ts';
import { writesAt } from './proxy-calls.ts';

let scene: BackendsScene;

beforeEach(async () => {
  scene = await openBackendsScene();
});

afterEach(() => scene.close());

test('34: what three kinds of servers list is registered and called through LiteLLM, with what they tell', async () => {
  const ollama = await scene.backend('ollama', [{ id: 'llama3.2:3b' }, { id: 'nomic-embed-text' }, { id: 'old-test' }]);
  const vllm = await scene.backend('vllm', [
    { id: 'Qwen/Qwen3-8B', max_model_len: 32_768 },
    { id: 'sql', parent: 'Qwen/Qwen3-8B' },
  ]);
  const face = await scene.backend('huggingface', [{ id: 'bert' }]);
  await scene.list(
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
  await scene.start();
  await scene.become(['lab/llama3.2:3b', 'lab/nomic-embed-text', 'Qwen/Qwen3-8B', 'sql', 'bert']);
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

test('34: a backend that is away for two minutes, answers nonsense or lists nothing loses no model; rows of others are let alone', async () => {
  const server = await scene.backend('ollama', [{ id: 'llama' }, { id: 'mistral' }]);
  const bedrock = { model: 'bedrock/anthropic.claude-3-haiku', aws_region_name: 'us-east-1' };
  const handMade = await scene.gateway.addByHand({ name: 'claude', params: bedrock });
  await scene.list({ name: 'lab', url: server.url });
  const controller = await scene.start();
  await scene.become(['llama', 'mistral', 'claude']);
  const before = await scene.gateway.models();

  for (const [body, status, outcome] of [
    ['<html>', 200, 'nonsense'],
    [{ models: ['llama'] }, 200, 'nonsense'],
    [{ object: 'list', data: [] }, 200, 'empty'],
    [{ error: 'x' }, 503, 'server-error'],
  ] as const) {
    server.answerModels(body, status);
    await scene.askedAgain(controller, 'lab', outcome, 3);
  }
  server.answerModels(undefined);
  server.hang(true);
  await scene.askedAgain(controller, 'lab', 'timeout', 2);
  server.hang(false);
  await server.stop();
  const since = performance.now();
  await scene.askedAgain(controller, 'lab', 'unreachable', 100, 180_000);
  await until('two minutes are over', () => performance.now() - since >= 120_000, 120_000);
  expect(await scene.figure(controller, 'model_registrar_backend_up', 'backend="lab"')).toBe(0);
  expect(await scene.gateway.models()).toEqual(before);

  await server.start();
  await until(
    'it is up',
    async () => (await scene.figure(controller, 'model_registrar_backend_up', 'backend="lab"')) === 1,
  );
  await scene.askedAgain(controller, 'lab', 'answered', 2);
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
  const server = await scene.backend('vllm', [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }]);
  await scene.list({ name: 'box', url: server.url });
  const controller = await scene.start({ 'max-delete-share': '0.5' });
  await scene.become(['a', 'b', 'c', 'd']);
  server.list([{ id: 'a' }, { id: 'c' }, { id: 'd' }]);
  await scene.become(['a', 'c', 'd']);
  const lists = server.calls.filter(({ path }) => path.endsWith('/models')).length;
  await controller.stop();

  // While nobody looks one goes, and another is missing in the first answer alone.
  server.list([{ id: 'a' }]);
  const next = await scene.start({ 'max-delete-share': '0.5' });
  await until('it was asked once', () => server.calls.filter(({ path }) => path.endsWith('/models')).length > lists);
  server.list([{ id: 'a' }, { id: 'c' }]);
  await scene.become(['a', 'c']);
  await scene.askedAgain(next, 'box', 'answered', 3);
  expect(await scene.names()).toEqual(['a', 'c']);

  // Down when it starts: what stands stays.
  await next.stop();
  await server.stop();
  const blind = await scene.start();
  await scene.askedAgain(blind, 'box', 'unreachable', 3);
  expect(await scene.names()).toEqual(['a', 'c']);
  await server.start();
  server.list([{ id: 'a' }, { id: 'c' }, { id: 'e' }]);
  await scene.become(['a', 'c', 'e']);
}, 120_000);

test('34: a key is sent by LiteLLM, reaches it anew by one PATCH a model, and is seen nowhere', async () => {
  const keys = [0, 1].map(() => `canary-${randomBytes(12).toString('hex')}`);
  const [first = '', second = ''] = keys;
  const server = await scene.backend('vllm', [{ id: 'a' }, { id: 'b' }]);
  server.wantKey(first);
  const keyFile = join(dirname(scene.file), 'backend-key');
  await writeFile(keyFile, `${first}\n`);
  await scene.list({ name: 'box', url: server.url, 'api-key-file': keyFile });
  const proxy = await scene.bed.startProxy();
  const controller = await scene.controller({
    litellmUrl: proxy.url,
    settings: { source: 'backend', backends: scene.file },
  });
  await scene.become(['a', 'b']);
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
  const again = await scene.controller({
    litellmUrl: proxy.url,
    settings: { source: 'backend', backends: scene.file },
  });
  await scene.askedAgain(again, 'box', 'answered', 3);
  expect(writesAt(proxy)).toEqual([]);
  // One that is taken away keeps what is known.
  await writeFile(keyFile, '');
  await scene.askedAgain(again, 'box', 'answered', 8);
  expect(await scene.gateway.chat('a')).toMatchObject({ status: 200 });

  const plans = await Promise.all(
    [['plan'], ['list', '-o', 'json']].map((args) =>
      runProgram([...args, '--source=backend', `--backends=${scene.file}`, ...scene.access()]),
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
  const server = await scene.backend('vllm', [{ id: 'tools' }, { id: 'plain' }, { id: 'embed' }]);
  const quiet = await scene.backend('ollama', [{ id: 'never-asked' }]);
  server.callsFunctions(['tools', 'late']);
  const modes = [{ match: 'embed', mode: 'embedding' }];
  await scene.list({ name: 'box', url: server.url, probe: true, modes }, { name: 'quiet', url: quiet.url });
  const controller = await scene.start();
  await scene.become(['tools', 'plain', 'embed', 'never-asked']);
  const able = async (name: string) => (await scene.gateway.model(name)).model_info.supports_function_calling;
  expect([await able('tools'), await able('plain')]).toEqual([true, false]);
  server.list([{ id: 'tools' }, { id: 'plain' }, { id: 'embed' }, { id: 'late' }]);
  await scene.become(['tools', 'plain', 'embed', 'late', 'never-asked']);
  expect(await able('late')).toBe(true);
  await controller.stop();
  const again = await scene.start();
  await scene.askedAgain(again, 'box', 'answered', 3);
  const probes = [...server.calls, ...quiet.calls].flatMap(({ tools, model }) => (tools ? [model] : []));
  expect(probes.map(String).sort((one, other) => one.localeCompare(other))).toEqual(['late', 'plain', 'tools']);
}, 120_000);
