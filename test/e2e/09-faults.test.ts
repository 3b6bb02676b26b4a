import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { readTable } from './model-table.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
});

afterEach(() => scene.close());

const annotations = { enabled: 'true' };

function run(settings: Record<string, string> = {}, waitForReady = true): Promise<Controller> {
  return scene.controller({ litellmUrl: proxy.url, settings: { 'litellm-timeout': '2s', ...settings } }, waitForReady);
}

/** Waits until database and LiteLLM hold exactly one row for each of these names, and no other row. */
async function untilRows(...names: string[]): Promise<void> {
  const wanted = names.toSorted().join();
  await until(
    `there is one row each for ${wanted}`,
    async () => {
      const stored = (await readTable(scene.bed)).map((row) => row.name);
      const shown = (await scene.gateway.models()).map((row) => row.model_name);
      return [stored, shown].every((found) => found.toSorted().join() === wanted);
    },
    60_000,
  );
}

describe('9: a write that LiteLLM carries out and does not own up to', () => {
  test('9: saved, but 500: one row, never created again, and the Warning ends when LiteLLM serves it', async () => {
    const message =
      "Model create was saved to the database, but the model id(s) ['x'] are not live in this pod's router after the reload and are not being served by this pod.";
    const body = { error: { message, type: 'internal_server_error', param: null, code: '500' } };
    const fault = proxy.fault({ kind: 'answer-after', status: 500, body, path: '/model/new', times: 1 });
    const controller = await run();
    await scene.serve({ name: 'qwen', annotations });
    await until('it is told', async () => (await scene.events('qwen')).some((one) => one.startsWith('SavedNotLive')));
    await until('it is counted as live', async () => stateIn(await controller.metrics(), 'live') === 1, 30_000);
    await untilRows('qwen');
    expect(fault.applied()).toBe(1);
    expect(proxy.counts()['POST /model/new']).toBe(1);
    expect((await scene.gateway.chat('qwen')).status).toBe(200);
  });

  test.each([
    ['an answer of 500', { kind: 'answer-after', status: 500, body: { error: { message: 'Internal server error' } } }],
    ['a cut connection', { kind: 'cut-after' }],
  ] as const)('9: %s after the row was saved: one row, never created again', async (_, fault) => {
    const cut = proxy.fault({ ...fault, path: '/model/new', times: 1 });
    await run();
    await scene.serve({ name: 'qwen', annotations });
    await untilRows('qwen');
    await until('it is in step', () => proxy.calls.some(({ method, status }) => method === 'PATCH' && status === 200));
    expect(cut.applied()).toBe(1);
    expect(proxy.counts()['POST /model/new']).toBe(1);
  });

  test('9: duplicate id: LiteLLM refuses a row that no list shows, and it is changed instead', async () => {
    const first = await run();
    await scene.serve({ name: 'qwen', annotations });
    await untilRows('qwen');
    const [before] = await readTable(scene.bed);
    await first.kill();
    proxy.forget();
    const nothing = { status: 200, body: { data: [], total_count: 0, current_page: 1, total_pages: 0, size: 1000 } };
    proxy.fault({ kind: 'answer', method: 'GET', path: /^\/(?:v2\/)?model\/info/, ...nothing });

    await scene.cluster.patch('qwen', scene.namespace, {
      metadata: { annotations: { 'model-registrar.io/max-model-len': '4096' } },
    });
    await run();
    const refused = await until('it was asked for anew', () => proxy.calls.find(({ path }) => path === '/model/new'));
    await until('that was answered', () => refused.status !== undefined);
    expect(refused.status).toBe(500);
    proxy.healAll();
    await until(
      'the change has arrived',
      async () => (await scene.gateway.model('qwen')).model_info.max_tokens === 4096,
    );
    expect((await readTable(scene.bed)).map((row) => row.id)).toEqual([before?.id]);
    expect(proxy.counts()['POST /model/new']).toBe(1);
  });
});

function stateIn(metrics: string, state: string): number {
  return Number(new RegExp(`registrations\\{[^}]*state="${state}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
}

const OUTAGE_MS = 20_000;

describe('9: something is away for 20 s while objects come, change and go', () => {
  const outages: [string, { begin: () => Promise<void>; end: () => Promise<void> }][] = [
    ['LiteLLM down', { begin: () => scene.bed.litellm.first.kill(), end: () => scene.bed.litellm.first.start() }],
    ['LiteLLM hung', { begin: () => scene.bed.litellm.first.pause(), end: () => scene.bed.litellm.first.resume() }],
    ['PostgreSQL down', { begin: () => scene.bed.postgres.stop(), end: () => scene.bed.postgres.start() }],
  ];
  let end: (() => Promise<void>) | undefined;

  afterEach(() => end?.());

  test.each(outages)(
    '9: %s: one row each in the end, backoff in between, /readyz red and green again',
    async (_, outage) => {
      const controller = await run();
      for (const name of ['stays', 'changes', 'goes']) await scene.serve({ name, annotations });
      await untilRows('stays', 'changes', 'goes');
      const [before] = (await readTable(scene.bed)).filter((row) => row.name === 'stays');

      end = outage.end;
      await outage.begin();
      const since = Date.now();
      for (const name of ['new-1', 'new-2', 'new-3', 'short-lived']) await scene.serve({ name, annotations });
      await scene.cluster.patch('changes', scene.namespace, {
        metadata: { annotations: { 'model-registrar.io/max-model-len': '4096' } },
      });
      await scene.remove('goes');

      const red = await until(
        '/readyz is red',
        async () => {
          const { status, text } = await controller.ready();
          return status === 503 && text;
        },
        30_000,
      );
      // Three resyncs of 2 s.
      expect(Number(/no good answer from LiteLLM for (\d+) s/.exec(red)?.[1])).toBeGreaterThanOrEqual(6);
      await scene.remove('short-lived');
      expect((await fetch(`${controller.url}/healthz`)).status).toBe(200);
      await until('20 s went by', () => Date.now() - since > OUTAGE_MS, OUTAGE_MS + 5_000);
      // Six objects and the list, each at waits that grow to 3 s: some fifty tries of up to four calls. Without waits it would be thousands.
      expect(proxy.calls.filter(({ at }) => at >= since).length).toBeLessThan(200);
      await outage.end();
      end = undefined;

      await until('/readyz is green', async () => (await controller.ready()).status === 200, 60_000);
      await untilRows('stays', 'changes', 'new-1', 'new-2', 'new-3');
      expect((await scene.gateway.model('changes')).model_info.max_tokens).toBe(4096);
      const rows = await readTable(scene.bed);
      expect(rows.filter((row) => row.name === 'stays')).toEqual([before]);
      expect(rows.filter(({ id }) => !/\.[0-9a-f]{8}$/.test(id))).toEqual([]);
      expect((await scene.gateway.chat('new-1')).status).toBe(200);
      expect(controller.output()).not.toMatch(/unexpected/i);
      proxy.forget();
      await resyncs(proxy, 2);
      expect(writesAt(proxy)).toEqual([]);
    },
  );
});

test('9: started while LiteLLM is down: it waits, alive and not ready, and goes to work when LiteLLM is there', async () => {
  await scene.serve({ name: 'qwen', annotations });
  await proxy.unreachable();
  const controller = await run({}, false);
  await until('it has tried', () => controller.output().includes('list could not be read'));
  expect(await controller.ready()).toMatchObject({ status: 503, text: expect.stringContaining('not been read yet') });
  expect((await fetch(`${controller.url}/healthz`)).status).toBe(200);
  await proxy.reachable();
  await until('it is ready', async () => (await controller.ready()).status === 200, 30_000);
  await untilRows('qwen');
});
