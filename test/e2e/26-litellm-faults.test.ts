import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultProxy } from '../bed/index.ts';
import { TROUBLES } from '../support/litellm-troubles.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import type { Gateway } from './gateway.ts';
import { readTable } from './model-table.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
});

afterEach(async () => {
  proxy.healAll();
  await scene.close();
});

const annotations = { enabled: 'true' };

/** Starts the controller, with three models in step. */
async function run(settings: Record<string, string> = {}): Promise<Controller> {
  const controller = await scene.controller({
    litellmUrl: proxy.url,
    settings: { 'litellm-timeout': '3s', ...settings },
  });
  for (const name of ['stays', 'changes', 'goes']) await make(name);
  await untilRows(['changes', 'goes', 'stays']);
  return controller;
}

async function make(name: string): Promise<void> {
  await scene.apply({ name, annotations });
  await scene.setStatus({ name });
}

/** Three changes: each needs one write. */
async function change(): Promise<void> {
  await make('new');
  const longer = { metadata: { annotations: { 'model-registrar.io/max-model-len': '4096' } } };
  await scene.cluster.patch('changes', scene.namespace, longer);
  await scene.remove('goes');
}

/** Waits until the database and LiteLLM hold these rows and no other, as they are wanted. */
async function untilRows(names: string[], gateway: Gateway = scene.gateway): Promise<void> {
  const inStep = async (): Promise<boolean> => {
    const stored = (await readTable(scene.bed)).map((row) => row.name);
    const models = await gateway.models();
    const tokens = models.find((row) => row.model_name === 'changes')?.model_info.max_tokens;
    const shown = models.map((row) => row.model_name);
    const isWanted = [stored, shown].every((found) => found.toSorted().join() === names.join());
    return isWanted && (!names.includes('new') || tokens === 4096);
  };
  await until(`there is one row each for ${names.join()}`, inStep, 90_000);
}

const untilChanged = (gateway?: Gateway): Promise<void> => untilRows(['changes', 'new', 'stays'], gateway);

async function untilReady(controller: Controller): Promise<void> {
  await until('it is ready', async () => (await controller.ready()).status === 200, 60_000);
}

async function untilNotReady(controller: Controller, says: RegExp): Promise<void> {
  const isRed = async (): Promise<boolean> => {
    const { status, text } = await controller.ready();
    return status === 503 && says.test(text);
  };
  await until('readiness says it', isRed, 60_000);
}

async function untilQuiet(): Promise<void> {
  proxy.forget();
  await resyncs(proxy, 2);
  expect(writesAt(proxy)).toEqual([]);
}

describe('26: trouble with LiteLLM as a whole', () => {
  test.each(TROUBLES)(
    '26: $what: nothing is done twice or lost, readiness says it, and all is well after',
    async ({ fault, codes, says }) => {
      const controller = await run();
      const rows = await readTable(scene.bed);
      proxy.forget();
      proxy.fault(fault);
      await change();
      await untilNotReady(controller, says);
      expect(await readTable(scene.bed)).toEqual(rows);
      const seen = codesOf(controller);
      expect(codes).toEqual(expect.arrayContaining([...new Set(seen)]));
      expect(seen.length).toBeGreaterThan(0);
      expect(writesAt(proxy).length).toBeLessThan(20);
      // Mebibytes: a controller at rest has some 100, and an answer without end is not kept.
      expect(await residentMiB(controller)).toBeLessThan(400);

      proxy.healAll();
      const healed = proxy.calls.length;
      await untilChanged();
      await untilReady(controller);
      // LiteLLM shows a row a moment before it answers for it.
      await resyncs(proxy, 2);
      const creating = proxy.calls.slice(healed).filter(({ path }) => path === '/model/new');
      expect(creating.map(({ status }) => status)).toEqual([200]);
      const untouched = (table: typeof rows) => table.filter(({ name }) => name === 'stays');
      expect(untouched(await readTable(scene.bed))).toEqual(untouched(rows));
      await untilQuiet();
    },
  );

  test('26: each write takes 10 s: each is made once, lists go on and it stays ready', async () => {
    const controller = await run({ 'litellm-timeout': '30s' });
    proxy.forget();
    for (const method of ['POST', 'PATCH']) proxy.fault({ kind: 'delay', method, ms: 10_000 });
    const ready: number[] = [];
    await change();
    await until(
      'three writes have ended',
      async () => {
        ready.push((await controller.ready()).status);
        return proxy.calls.filter(({ method, status }) => method !== 'GET' && status === 200).length === 3;
      },
      90_000,
    );
    await untilChanged();
    expect([...new Set(ready)]).toEqual([200]);
    expect(writesAt(proxy).toSorted()).toEqual(['PATCH /model/{id}/update', 'POST /model/delete', 'POST /model/new']);
    expect(proxy.counts()['GET /model/info']).toBeGreaterThan(5);
    proxy.healAll();
    await untilQuiet();
  });

  test('26: LiteLLM has another master key: the new one is taken from its file without a restart', async () => {
    const controller = await run();
    const newKey = `sk-rotated-${scene.namespace}-0123456789`;
    const rotated = await scene.bed.litellm.startReplica({ LITELLM_MASTER_KEY: newKey });
    try {
      proxy.retarget(rotated.url);
      await change();
      await untilNotReady(controller, /refused the key/);
      expect((await readTable(scene.bed)).map(({ name }) => name).toSorted()).toEqual(['changes', 'goes', 'stays']);
      await writeFile(scene.keyFile, newKey);
      await untilReady(controller);
      await untilChanged();
      await untilQuiet();
      expect(controller.output()).not.toContain(newKey);
    } finally {
      await rotated.stop();
    }
  });
});

/** What went wrong with LiteLLM, in the log's words; what it says of a kind is the API server's trouble. */
function codesOf(controller: Controller): (string | undefined)[] {
  const lines = controller.output().split('\n');
  const ofLiteLlm = lines.filter((line) => !line.includes('"resource":'));
  return ofLiteLlm.flatMap((line) => [...line.matchAll(/"code":"([a-z-]+)"/g)].map(([, code]) => code));
}

async function residentMiB(controller: Controller): Promise<number> {
  const bytes = /^process_resident_memory_bytes (\S+)$/m.exec(await controller.metrics())?.[1];
  return Number(bytes) / 1024 / 1024;
}

describe('26: one of 100', () => {
  test('26: one rejected model of 100: the 99 are there, that one is asked for less and less, and at once when it is edited', async () => {
    const reason = { detail: [{ loc: ['body', 'litellm_params', 'rpm'], msg: 'x', type: 'int' }] };
    await scene.controller({ litellmUrl: proxy.url, settings: { 'backoff-min': '500ms', 'backoff-max': '5m' } });
    const names = Array.from({ length: 99 }, (_, index) => `good-${index}`);
    const again = proxy.fault({ kind: 'answer', path: '/model/new', holding: '"bad"', status: 422, body: reason });
    await make('bad');
    await until('it is told', async () => (await scene.events('bad')).some((one) => one.startsWith('Rejected')));
    for (let at = 0; at < names.length; at += 9) await Promise.all(names.slice(at, at + 9).map(make));
    await untilRows(names.toSorted());
    expect(again.applied()).toBeLessThan(12);

    again.lift();
    const seen = proxy.calls.length;
    await scene.cluster.patch('bad', scene.namespace, {
      metadata: { annotations: { 'model-registrar.io/notes': 'put right' } },
    });
    await until('it is there', () => scene.gateway.model('bad'));
    expect(proxy.calls.slice(seen).filter(({ path }) => path === '/model/new')).toHaveLength(1);
  });
});
