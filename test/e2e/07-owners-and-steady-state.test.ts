import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { readTable, type TableRow } from './model-table.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

const BASES = ['eu', 'us'] as const;
type Base = (typeof BASES)[number];

/**
 * Two installations as of two clusters: each has its own owner id and sees its own objects alone. They share the namespace, so that
 * nothing but the owner id tells their rows apart.
 */
function installation(base: Base, litellmUrl: string) {
  return scene.controller({ ownerId: base, litellmUrl, settings: { selector: `base=${base}` } });
}

function serve(base: Base, name: string) {
  return scene.serve({ name, annotations: { enabled: 'true' }, labels: { base } });
}

async function rowsOf(owner: string): Promise<TableRow[]> {
  return (await readTable(scene.bed)).filter((row) => row.owner === owner);
}

async function untilNamesOf(owner: string, ...wanted: string[]): Promise<void> {
  await until(
    `the rows of ${owner} are ${wanted.join(', ') || 'none'}`,
    async () => {
      const names = (await rowsOf(owner)).map((row) => row.name);
      return names.toSorted().join() === wanted.toSorted().join();
    },
    30_000,
  );
}

test('7: two controllers with two owner ids on one LiteLLM: neither ever touches a row of the other', async () => {
  const proxies = { eu: await scene.bed.startProxy(), us: await scene.bed.startProxy() };
  const lists = (base: Base): number => proxies[base].counts()['GET /model/info'] ?? 0;
  const eu = await installation('eu', proxies.eu.url);
  await installation('us', proxies.us.url);
  for (const base of BASES) for (const number of [1, 2, 3]) await serve(base, `${base}-${number}`);
  await untilNamesOf('eu', 'eu-1', 'eu-2', 'eu-3');
  await untilNamesOf('us', 'us-1', 'us-2', 'us-3');
  const before = await rowsOf('us');

  // Changed, renamed and removed while both run; removed while one is away; and that one started without any object.
  await scene.cluster.patch('eu-1', scene.namespace, annotated({ 'max-model-len': '4096' }));
  await scene.cluster.patch('eu-2', scene.namespace, annotated({ 'model-name': 'eu-two' }));
  await scene.remove('eu-3');
  await untilNamesOf('eu', 'eu-1', 'eu-two');
  await eu.kill();
  await scene.remove('eu-1');
  await scene.remove('eu-2');
  await installation('eu', proxies.eu.url);
  await untilNamesOf('eu');

  // Each had the other's rows before its eyes.
  const seen = { eu: lists('eu'), us: lists('us') };
  await until('both have read the list again', () => lists('eu') >= seen.eu + 2 && lists('us') >= seen.us + 2);
  expect(await rowsOf('us')).toEqual(before);
  const others = [...proxies.eu.calls].filter((call) => before.some(({ id }) => call.path.includes(id)));
  expect(others).toEqual([]);
  expect((await scene.gateway.chat('us-1')).status).toBe(200);
});

function annotated(annotations: Record<string, string>): object {
  const own = Object.entries(annotations).map(([key, value]) => [`model-registrar.io/${key}`, value]);
  return { metadata: { annotations: Object.fromEntries(own) } };
}

test('7: a name that two owner ids take in the same moment ends with one of them, and passes on when that one leaves', async () => {
  const proxies = [await scene.bed.startProxy(), await scene.bed.startProxy()] as const;
  // Both look the name up before either has written.
  const faults = proxies.map((proxy) => proxy.fault({ kind: 'delay', ms: 2_000, path: '/model/new', times: 1 }));
  await Promise.all([installation('eu', proxies[0].url), installation('us', proxies[1].url)]);
  const names = BASES.map((base) => `${base}-shared`);
  for (const base of BASES) {
    await scene.serve({
      name: `${base}-shared`,
      annotations: { 'model-name': 'shared' },
      labels: { base },
      ready: 'Unknown',
      copies: 0,
    });
  }
  await Promise.all(names.map((name) => scene.setStatus({ name })));
  await until('both have made a row', () => proxies.every((proxy) => proxy.calls.some(isCreated)), 30_000);
  expect(faults.map((fault) => fault.applied())).toEqual([1, 1]);

  const [winner] = await until(
    'one row is left',
    async () => {
      const rows = await readTable(scene.bed);
      return rows.length === 1 && rows;
    },
    30_000,
  );
  const loser = winner?.owner === 'eu' ? 'us' : 'eu';
  await until('the other one is told', async () =>
    (await scene.events(`${loser}-shared`)).some((event) => event.startsWith('NameConflict: "shared" ')),
  );
  // LiteLLM knows a row for a moment longer than its table has it.
  await until('calls go to it', async () => (await scene.gateway.chat('shared')).id === winner?.id);

  await scene.remove(`${winner?.owner}-shared`);
  await untilNamesOf(loser, 'shared');
  expect(await rowsOf(winner?.owner ?? '')).toEqual([]);
});

function isCreated({ path, status }: { path: string; status: number | undefined }): boolean {
  return path === '/model/new' && status === 200;
}

test('7: 30 objects steady for 5 resyncs: exactly 5 list calls and no other, also after a restart', async () => {
  await scene.gateway.addByHand({
    name: 'by-hand',
    params: { model: 'hosted_vllm/x', api_base: 'http://127.0.0.1:9/v1', api_key: 'not-needed' },
  });
  const served = Array.from({ length: 24 }, (_, index) => `model-${index + 1}`);
  for (const name of served) await made(name, { enabled: 'true' });
  await made('two-names', { 'model-name': 'first-name, second-name' });
  await made('two-more', { 'model-name': 'third-name, by-hand' });
  // What stays wrong costs no calls either.
  await made('conflict', { 'model-name': 'by-hand' });
  await made('wrong', { mode: 'poetry' });
  await made('reserved', { 'model-name': 'all-proxy-models' });
  await scene.apply({ name: 'not-ready', annotations: { enabled: 'true' } });
  await scene.setStatus({ name: 'not-ready', ready: 'False', copies: 0 });

  const proxy = await scene.bed.startProxy();
  const run = () => scene.controller({ litellmUrl: proxy.url, settings: { 'resync-interval': '1s' } });
  const first = await run();
  await untilNamesOf(scene.ownerId, ...served, 'first-name', 'second-name', 'third-name');
  await fiveResyncs(proxy);
  const inferenceCalls = (await scene.bed.gatewayCalls()).filter(({ host }) => host.includes(scene.namespace));
  expect(inferenceCalls).toEqual([]);

  await first.kill();
  proxy.forget();
  await run();
  await until('it has read the list 5 times', () => (proxy.counts()['GET /model/info'] ?? 0) >= 5, 30_000);
  expect(proxy.counts()).toEqual({ 'GET /model/info': 5 });
});

async function made(name: string, annotations: Record<string, string>): Promise<void> {
  await scene.apply({ name, annotations });
  await scene.setStatus({ name });
}

async function fiveResyncs(proxy: Awaited<ReturnType<Scene['bed']['startProxy']>>): Promise<void> {
  const isList = (path: string | undefined): boolean => path === '/model/info';
  await until(
    'the list was read after all work',
    () => isList(proxy.calls.at(-1)?.path) && isList(proxy.calls.at(-2)?.path),
    30_000,
  );
  proxy.forget();
  await until('5 resyncs were made', () => proxy.calls.filter(({ path }) => isList(path)).length >= 5, 30_000);
  expect(proxy.counts()).toEqual({ 'GET /model/info': 5 });
}
