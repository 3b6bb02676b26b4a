import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { CONFIG_MODELS } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { openGateway } from './gateway.ts';
import { whoAnswersMeanwhile } from './meanwhile.ts';
import { readTable } from './model-table.ts';
import { resyncs } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
/** A namespace beside the scene's own. */
let other: string;

beforeEach(async () => {
  scene = await openScene();
  other = `${scene.namespace}-b`;
  await scene.cluster.createNamespace(other);
});

afterEach(() => scene.close());

/** Longer than any of these tests: what is kept for that long is kept. */
const LASTING = { 'name-cooldown': '10m', 'resync-interval': '1s' };
const STOP = 'serving.kserve.io/stop';

async function idsUnder(name: string): Promise<string[]> {
  return (await readTable(scene.bed)).filter((row) => row.name === name).map(({ id }) => id);
}

async function untilTold(name: string, event: RegExp, namespace = other): Promise<void> {
  await until(
    `${name} is told ${event}`,
    async () => (await scene.events(name, namespace)).some((one) => event.test(one)),
    30_000,
  );
}

/** Kubernetes knows the age of objects in whole seconds. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  await until('the next second has begun', () => Date.now() / 1000 >= second + 1);
}

test('17: while the holder of a name stops, is made again and is deleted, an older rival in another namespace gets no call meant for it', async () => {
  const proxy = await scene.bed.startProxy();
  await scene.serve({ namespace: other, name: 'rival', annotations: { 'model-name': 'something' } });
  await nextSecond();
  await scene.controller({ litellmUrl: proxy.url, settings: LASTING });
  const annotations = { 'model-name': 'chat' };
  await scene.serve({ name: 'holder', annotations });
  await until('both are registered', async () => (await readTable(scene.bed)).length === 2);
  await scene.apply({ namespace: other, name: 'rival', annotations: { 'model-name': 'something,chat' } });
  await untilTold('rival', /^NameConflict: "chat" is held by /);
  const answers = whoAnswersMeanwhile(scene.gateway, 'chat');
  const untilRows = (count: number) =>
    until(`${count} rows are named chat`, async () => (await idsUnder('chat')).length === count, 30_000);

  await scene.apply({ name: 'holder', annotations: { ...annotations, [STOP]: 'true' } });
  await untilRows(0);
  await untilTold('rival', /^NameConflict: "chat" was held by namespace \S+ a moment ago and is kept for it/);
  // A look at the rival, at once and at the next resync, changes nothing.
  await scene.setStatus({ namespace: other, name: 'rival', ready: 'Unknown' });
  await scene.setStatus({ namespace: other, name: 'rival' });
  await resyncs(proxy, 2);
  await scene.apply({ name: 'holder', annotations });
  await untilRows(1);

  // Deleted and applied again, as CI does: dead for a while, then Ready under another uid.
  await scene.remove('holder');
  await untilRows(0);
  await resyncs(proxy, 2);
  await scene.apply({ name: 'holder', annotations });
  await scene.setStatus({ name: 'holder', ready: 'Unknown', copies: 0 });
  await resyncs(proxy, 2);
  await scene.setStatus({ name: 'holder' });
  await untilRows(1);
  const [again] = await idsUnder('chat');
  await until('calls reach it again', async () => (await scene.gateway.chat('chat')).id === again);

  await scene.remove('holder');
  await untilRows(0);
  await resyncs(proxy, 3);
  const seen = await answers.stop();
  console.log('who answered calls for "chat":', JSON.stringify(seen));
  expect(Object.keys(seen).toSorted()).toEqual(['400', `${scene.namespace}.holder`]);
  expect((await readTable(scene.bed)).map(({ name }) => name)).toEqual(['something']);
});

test('17: names that two owner ids take in the same moment end with one of them each, and calls succeed all the while', async () => {
  const names = ['one', 'two', 'three'];
  const owners = { eu: scene.namespace, us: other } as const;
  const proxies = { eu: await scene.bed.startProxy(), us: await scene.bed.startProxy() };
  for (const [owner, namespace] of Object.entries(owners)) {
    const { url } = proxies[owner as keyof typeof owners];
    // Each looks all names up before the other has written one.
    proxies[owner as keyof typeof owners].fault({ kind: 'delay', ms: 2_000, path: '/model/new', times: 1 });
    await scene.controller({ ownerId: owner, litellmUrl: url, settings: { namespace, 'resync-interval': '1s' } });
    for (const name of names) {
      await scene.serve({ namespace, name, annotations: { enabled: 'true' }, ready: 'Unknown', copies: 0 });
    }
  }
  await Promise.all(
    Object.values(owners).flatMap((namespace) => names.map((name) => scene.setStatus({ namespace, name }))),
  );
  const [first] = names;
  await until('the first name is there', async () => (await scene.gateway.chat(first ?? '')).status === 200, 30_000);
  const answers = whoAnswersMeanwhile(scene.gateway, first ?? '');
  const contested = () => Object.values(proxies).flatMap((proxy) => proxy.calls.filter(isCreated)).length;
  await until('at least one name was taken by both', () => contested() > names.length, 30_000);
  const rows = await until(
    'each name has one row',
    async () => {
      const found = await readTable(scene.bed);
      return found.length === names.length && new Set(found.map(({ name }) => name)).size === names.length && found;
    },
    60_000,
  );
  for (const { name, owner } of rows) {
    const loser = owner === 'eu' ? owners.us : owners.eu;
    await untilTold(name, new RegExp(`^NameConflict: "${name}" `), loser);
  }
  for (const proxy of Object.values(proxies)) await resyncs(proxy, 2);
  expect((await readTable(scene.bed)).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  const seen = await answers.stop();
  console.log(`who answered calls for "${first}":`, JSON.stringify(seen));
  expect(Object.keys(seen).filter((who) => /^\d+$/.test(who))).toEqual([]);
});

function isCreated({ path, status }: { path: string; status: number | undefined }): boolean {
  return path === '/model/new' && status === 200;
}

/** One more process of LiteLLM that loads the database when it starts and after its own writes only. */
async function startForgetful(models: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-e2e-'));
  const config = join(folder, 'litellm.yaml');
  const settings = {
    master_key: 'os.environ/LITELLM_MASTER_KEY',
    store_model_in_db: true,
    proxy_config_reload_interval_seconds: 3_600,
    disable_model_info_refresh: true,
  };
  await writeFile(config, JSON.stringify({ model_list: models, general_settings: settings }));
  const replica = await scene.bed.litellm.startReplica({ CONFIG_FILE_PATH: config });
  onTestFinished(async () => {
    await replica.stop();
    await rm(folder, { recursive: true });
  });
  return replica;
}

test('17: a LiteLLM that has just started and has loaded nothing frees no name: not ours, not of others, not of a pattern, no id', async () => {
  const blank = await startForgetful([]);
  const apiKey = { api_key: 'not-needed' };
  await scene.gateway.addByHand({ id: 'an-id', name: 'by-hand', params: { model: 'bedrock/x', ...apiKey } });
  await scene.gateway.addByHand({ id: 'a-pattern', name: 'openai/*', params: { model: 'openai/*', ...apiKey } });
  const proxy = await scene.bed.startProxy();
  await scene.controller({ litellmUrl: proxy.url, settings: { ...LASTING, settle: '5m' } });
  await scene.serve({ name: 'holder', annotations: { 'model-name': 'chat' } });
  await until('it is registered', async () => (await idsUnder('chat')).length === 1);
  // It is kept as it is from now on: a write would make LiteLLM load its database.
  await scene.setStatus({ name: 'holder', ready: 'Unknown' });
  await resyncs(proxy, 1);
  const before = await readTable(scene.bed);

  proxy.retarget(blank.url);
  await resyncs(proxy, 2);
  const wanted = ['chat', 'by-hand', 'openai/gpt-4o', 'an-id'];
  for (const [index, name] of wanted.entries()) {
    await scene.serve({ namespace: other, name: `thief-${index}`, annotations: { 'model-name': name } });
    const reason = name === 'an-id' ? 'InvalidAnnotation' : 'NameConflict';
    await untilTold(`thief-${index}`, new RegExp(`^${reason}: "${name}" `));
  }
  await resyncs(proxy, 2);
  // It really had nothing, and looked for nothing in its database.
  for (const path of ['/model/info', '/v2/model/info?search=by-hand']) {
    expect(await blank.request('GET', path)).toMatchObject({ status: 200, body: { data: [] } });
  }
  expect(await readTable(scene.bed)).toEqual(before);
});

test('17: a replica that lags frees no name: not of another owner, not of a hand-made model, no id', async () => {
  const lagging = await startForgetful(CONFIG_MODELS);
  const proxy = await scene.bed.startProxy(lagging.url);
  await scene.controller({ litellmUrl: proxy.url, settings: { namespace: other, ...LASTING } });
  await scene.controller({ ownerId: 'elsewhere', settings: { namespace: scene.namespace, ...LASTING } });
  await resyncs(proxy, 1);
  await scene.gateway.addByHand({
    id: 'an-id',
    name: 'by-hand',
    params: { model: 'bedrock/x', api_key: 'not-needed' },
  });
  await scene.serve({ name: 'theirs', annotations: { 'model-name': 'theirs' } });
  await until('the other owner has its row', async () => (await readTable(scene.bed)).length === 2, 30_000);
  expect((await openGateway(lagging).models()).map((row) => row.model_name)).toEqual([]);

  await scene.serve({ namespace: other, name: 'thief', annotations: { 'model-name': 'by-hand,theirs,an-id' } });
  await untilTold('thief', /^NameConflict: "by-hand" is held by /);
  await untilTold('thief', /^NameConflict: "theirs" is held by /);
  await untilTold('thief', /^InvalidAnnotation: "an-id" cannot be a public name: it is the id of a model/);
  await resyncs(proxy, 2);
  expect(await readTable(scene.bed)).toHaveLength(2);
});
