import { afterEach, beforeEach, expect, test } from 'vitest';
import { CONFIG_MODELS } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { resyncs } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

const FAST_RESYNC = { 'resync-interval': '500ms' };
const API_KEY = { api_key: 'not-needed' };

async function untilTold(name: string, event: RegExp, namespace?: string): Promise<void> {
  await until(`${name} is told ${event}`, async () =>
    (await scene.events(name, namespace)).some((one) => event.test(one)),
  );
}

async function untilRowsUnder(name: string, count: number): Promise<void> {
  await until(`${count} rows are named ${name}`, async () => (await idsUnder(name)).length === count);
}

async function idsUnder(name: string): Promise<string[]> {
  return (await scene.gateway.models()).filter((row) => row.model_name === name).map((row) => row.model_info.id);
}

/** Waits until Kubernetes, which knows whole seconds, calls what is made from now on younger. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  await until('the next second has begun', () => Date.now() / 1000 >= second + 1);
}

test('6: hand-made models of the same name, the same base, both, and without a base are untouched; a conflict is an Event', async () => {
  const base = `http://same-predictor.${scene.namespace}.svc.cluster.local/openai/v1`;
  const elsewhere = await scene.bed.startModelServer({ served: ['elsewhere'] });
  const byHand = (id: string, name: string, params: object) =>
    scene.gateway.addByHand({ id, name, params: { ...API_KEY, ...params }, info: { notes: 'by hand' } });
  await byHand('hand-name', 'taken', { model: 'hosted_vllm/elsewhere', api_base: elsewhere.url });
  await byHand('hand-base', 'other', { model: 'hosted_vllm/same', api_base: base });
  await byHand('hand-both', 'both', { model: 'hosted_vllm/same', api_base: base });
  await byHand('hand-bedrock', 'bedrock', { model: 'bedrock/x' });
  const before = await readStored(scene.bed);
  const untouched = async (): Promise<void> =>
    expect((await readStored(scene.bed)).filter((row) => row.model_id.startsWith('hand-'))).toEqual(before);
  expect(before).toHaveLength(4);

  const proxy = await scene.bed.startProxy();
  await scene.controller({ litellmUrl: proxy.url, settings: FAST_RESYNC });
  await scene.serve({ name: 'same', annotations: { 'model-name': 'taken, both, bedrock, free' } });
  await untilRowsUnder('free', 1);
  for (const [name, id] of [
    ['taken', 'hand-name'],
    ['both', 'hand-both'],
    ['bedrock', 'hand-bedrock'],
  ] as const) {
    await untilTold('same', new RegExp(`^NameConflict: "${name}" is held by .*by hand \\(${id}\\)`));
    expect(await idsUnder(name)).toEqual([id]);
  }
  expect((await scene.gateway.chat('taken')).id).toBe('hand-name');
  expect((await scene.gateway.chat('other')).id).toBe('hand-base');

  // Changed, restarted, deleted: whatever becomes of ours, theirs stay as they are.
  await scene.apply({ name: 'same', annotations: { 'model-name': 'free', 'max-model-len': '4096' } });
  await until('ours is changed', async () => (await scene.gateway.model('free')).model_info.max_tokens === 4096);
  await resyncs(proxy, 2);
  await untouched();
  await scene.remove('same');
  await untilRowsUnder('free', 0);
  await resyncs(proxy, 2);
  await untouched();
  expect((await scene.gateway.models()).map((row) => row.model_info.id).toSorted()).toEqual(
    before.map((row) => row.model_id),
  );
  expect((await scene.gateway.chat('taken')).id).toBe('hand-name');
});

test('6: a model of LiteLLM’s config file holds its name and stays', async () => {
  const [{ model_name: name, model_info }, { model_name: other }] = CONFIG_MODELS;
  await scene.controller();
  await scene.serve({ name: 'qwen', annotations: { 'model-name': `${name},${other},free` } });
  await untilRowsUnder('free', 1);
  await untilTold('qwen', new RegExp(`^NameConflict: "${name}" is held by .*config file \\(${model_info.id}\\)`));
  await untilTold('qwen', new RegExp(`^NameConflict: "${other}" is held by .*config file`));
  expect((await readStored(scene.bed)).map((row) => row.model_name)).toEqual(['free']);
  await scene.remove('qwen');
  await untilRowsUnder('free', 0);
  expect(await scene.gateway.names()).toEqual(expect.arrayContaining([name, other]));
});

test('6: a hand-made model that comes later beside ours does not push ours out, and is told of', async () => {
  const proxy = await scene.bed.startProxy();
  await scene.controller({ litellmUrl: proxy.url, settings: FAST_RESYNC });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'chat' } });
  await untilRowsUnder('chat', 1);
  const [ours] = await idsUnder('chat');
  await scene.gateway.addByHand({ id: 'later', name: 'chat', params: { model: 'bedrock/x', ...API_KEY } });
  await untilTold('qwen', /^NameConflict: "chat" is also registered by .*by hand \(later\)/);
  await resyncs(proxy, 2);
  const both = await idsUnder('chat');
  expect(both).toHaveLength(2);
  expect(both).toEqual(expect.arrayContaining([ours, 'later']));
});

test('6: of two namespaces that want one public name, that of the older object has it, though it is Ready later', async () => {
  const older = scene.namespace;
  const younger = `${scene.namespace}-b`;
  await scene.cluster.createNamespace(younger);
  await scene.controller({ settings: { 'name-cooldown': '1s' } });
  const annotations = { 'model-name': 'chat' };
  await scene.serve({ name: 'first', annotations, ready: 'Unknown', copies: 0 });
  await nextSecond();
  await scene.serve({ namespace: younger, name: 'second', annotations });
  await untilTold('second', new RegExp(`^NameConflict: "chat" .*older object in namespace ${older}`), younger);
  expect(await idsUnder('chat')).toEqual([]);

  await scene.setStatus({ name: 'first' });
  await untilRowsUnder('chat', 1);
  const answer = await scene.gateway.chat('chat');
  expect(answer.id).toMatch(new RegExp(`^${older}\\.first\\.`));
  expect(await idsUnder('chat')).toEqual([answer.id]);

  // The name passes on when the holder is gone, and is not taken back by who comes later.
  await scene.remove('first');
  await until('the other one has the name', async () =>
    (await idsUnder('chat')).some((id) => id.startsWith(`${younger}.second.`)),
  );
  await scene.serve({ name: 'first', annotations });
  await untilTold('first', new RegExp(`^NameConflict: "chat" is held by inference-service/${younger}/second`));
  expect((await scene.gateway.chat('chat')).id).toMatch(new RegExp(`^${younger}\\.second\\.`));
});

test('6: the holder keeps its name over a restart, against an older object that did not want it before', async () => {
  const other = `${scene.namespace}-b`;
  await scene.cluster.createNamespace(other);
  const first = await scene.controller();
  await scene.serve({ namespace: other, name: 'older', annotations: { 'model-name': 'something' } });
  await nextSecond();
  await scene.serve({ name: 'holder', annotations: { 'model-name': 'chat' } });
  await untilRowsUnder('chat', 1);
  const before = await idsUnder('chat');
  await first.stop();
  await scene.apply({ namespace: other, name: 'older', annotations: { 'model-name': 'chat' } });
  await scene.controller();
  await untilTold('older', /^NameConflict: "chat" is held by /, other);
  expect(await idsUnder('chat')).toEqual(before);
});

test('6: a name "*", the id of a model and all-proxy-models are refused, and what was registered stays', async () => {
  await scene.gateway.addByHand({ id: 'an-id', name: 'by-hand', params: { model: 'bedrock/x', ...API_KEY } });
  const proxy = await scene.bed.startProxy();
  await scene.controller({ litellmUrl: proxy.url, settings: FAST_RESYNC });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'chat' } });
  await untilRowsUnder('chat', 1);
  const ours = await scene.gateway.model('chat');

  const refused = ['*', 'gpt-*', 'all-proxy-models', 'an-id', CONFIG_MODELS[0].model_info.id, ours.model_info.id];
  for (const [index, name] of refused.entries()) {
    await scene.serve({ name: `new-${index}`, annotations: { 'model-name': name } });
    const literal = name.replaceAll(/[.*]/g, '\\$&');
    await untilTold(`new-${index}`, new RegExp(`^InvalidAnnotation: .*"${literal}"`));
    // The same on an object that has a row: it keeps it.
    await scene.apply({ name: 'qwen', annotations: { 'model-name': name } });
    await untilTold('qwen', new RegExp(`^InvalidAnnotation: .*"${literal}"`));
  }
  await resyncs(proxy, 2);
  expect((await scene.gateway.models()).map((row) => row.model_name).toSorted()).toEqual(['by-hand', 'chat']);
  expect(await scene.gateway.model('chat')).toEqual(ours);
  expect((await scene.gateway.chat('chat')).status).toBe(200);
  expect((await scene.gateway.chat('a-name-that-nobody-has')).status).toBe(400);
});

test('6: names of all kinds are taken as they are written: slashes, colons, capitals, spaces, accents', async () => {
  const names = [
    'Qwen/Qwen3-8B:latest',
    'qwen/qwen3-8b:latest',
    'gpt-4o',
    'openai/o3',
    'a model',
    'Größe à côté',
    '100%_sure?&x=1#y',
    'c\\d"e',
    'n'.repeat(256),
  ];
  const proxy = await scene.bed.startProxy();
  await scene.controller({ litellmUrl: proxy.url, settings: FAST_RESYNC });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': names.join(',') } });
  await until('all names are there', async () => (await scene.gateway.models()).length === names.length);
  for (const name of names) {
    const [id, ...others] = await idsUnder(name);
    expect(others).toEqual([]);
    expect(await scene.gateway.chat(name)).toMatchObject({ status: 200, id });
  }
  proxy.forget();
  await resyncs(proxy, 2);
  expect(Object.keys(proxy.counts())).toEqual(['GET /model/info']);

  // Those that LiteLLM cannot answer for are refused, be they the public or the served name.
  await scene.serve({ name: 'public', annotations: { 'model-name': '模型' } });
  await untilTold('public', /^InvalidAnnotation: .*model-name is "模型": .*Latin-1/);
  await scene.serve({ name: 'served', annotations: { 'served-name': '模型', 'model-name': 'fine' } });
  await untilTold('served', /^InvalidAnnotation: .*served-name is "模型": .*Latin-1/);
  expect(await scene.gateway.models()).toHaveLength(names.length);
  await scene.remove('qwen');
  await until('all names are gone', async () => (await readStored(scene.bed)).length === 0);
});
