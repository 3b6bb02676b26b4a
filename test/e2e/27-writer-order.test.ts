import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { readTable } from './model-table.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
});

afterEach(() => scene.close());

const MODELS = 500;
const ROUNDS = 5;
const annotations = { enabled: 'true' };
const rows = (): Promise<{ id: string; name: string }[]> => readTable(scene.bed);

async function make(name: string): Promise<void> {
  await scene.apply({ name, annotations });
  await scene.setStatus({ name });
}

const isWrite = ({ method }: { method: string }): boolean => method !== 'GET';
/** Writes that came to LiteLLM since the API server's answer, before the one that is waited for. */
const since = (at: number) => proxy.calls.filter((call) => isWrite(call) && call.at >= at);

test('27: during the onboarding of 500 models a delete and a fresh Ready reach LiteLLM within two writes', async () => {
  const names = Array.from({ length: MODELS }, (_, index) => `model-${index}`);
  const fresh = Array.from({ length: ROUNDS }, (_, index) => `fresh-${index}`);
  for (let at = 0; at < MODELS; at += 10) await Promise.all(names.slice(at, at + 10).map(make));
  // There already, as a model that is still loading.
  for (const name of fresh) await scene.apply({ name, annotations });

  await scene.controller({ litellmUrl: proxy.url, settings: { 'resync-interval': '1m', 'litellm-timeout': '30s' } });
  const ahead = { deletes: [] as number[], ready: [] as number[] };
  const made = (): number => proxy.calls.filter(({ path, status }) => path === '/model/new' && status === 200).length;
  for (let round = 0; round < ROUNDS; round += 1) {
    await until('it is in the midst of it', () => made() >= 30 * (round + 1), 120_000);
    const [gone] = (await rows()).filter(({ name }) => name.startsWith('model-'));
    if (!gone) throw new Error('nothing is registered');
    await scene.remove(gone.name);
    const removedAt = Date.now();
    const deletes = () => since(removedAt).findIndex(({ path }) => path === '/model/delete');
    await until('it is deleted', () => deletes() >= 0, 60_000);
    ahead.deletes.push(deletes());

    const ready = `fresh-${round}`;
    // Nothing goes wrong with it: it is known by that among the others.
    proxy.fault({ kind: 'delay', ms: 0, path: '/model/new', holding: `"model_name":"${ready}"`, times: 1 });
    await scene.setStatus({ name: ready });
    const readyAt = Date.now();
    const writes = () => since(readyAt).findIndex(({ fault }) => fault !== undefined);
    await until('it is made', () => writes() >= 0, 60_000);
    ahead.ready.push(writes());
  }
  expect(made()).toBeLessThan(MODELS);
  console.info(`27: writes ahead of each: ${JSON.stringify(ahead)}, ${made()} of ${MODELS} made by then`);
  for (const count of [...ahead.deletes, ...ahead.ready]) expect(count).toBeLessThanOrEqual(2);

  await until('all the others are made', () => made() === MODELS + ROUNDS, 180_000);
  // As many went as came.
  await until('the database holds them', async () => (await rows()).length === MODELS, 30_000);
}, 600_000);
