import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../bed/index.ts';
import { TROUBLES } from '../../support/litellm-troubles.ts';
import { until } from '../../support/wait.ts';
import { type Controller, type Stage, startStage } from './harness.ts';

let stage: Stage;
let proxy: FaultProxy;

beforeEach(async () => {
  stage = await startStage();
  proxy = await startFaultProxy(stage.litellm.url);
});

afterEach(async () => {
  proxy.healAll();
  await stage.close();
  await proxy.stop();
});

const names = (): string[] => stage.litellm.rows().map((row) => row.model_name);
const serve = (name: string, more: Record<string, string> = {}): void =>
  stage.serve({ name, annotations: { enabled: 'true', ...more } });
const writes = (): string[] =>
  proxy.calls.filter(({ method }) => method !== 'GET').map(({ method, template }) => `${method} ${template}`);

async function start(settings: Record<string, unknown> = {}): Promise<Controller> {
  const controller = await stage.start({ 'litellm-url': proxy.url, 'litellm-timeout': '1s', ...settings });
  for (const name of ['stays', 'changes', 'goes']) serve(name);
  await until('all are there', () => names().length === 3);
  return controller;
}

async function readiness({ url }: Controller): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, text: await answer.text() };
}

/** Three changes: each needs one write. */
function change(): void {
  serve('new');
  serve('changes', { 'max-model-len': '4096' });
  stage.remove('goes');
}

const isChanged = (): boolean => {
  const row = stage.litellm.rows().find(({ model_name }) => model_name === 'changes');
  return names().toSorted().join() === 'changes,new,stays' && row?.model_info.max_tokens === 4096;
};

async function quiet(): Promise<void> {
  proxy.forget();
  const lists = (): number => proxy.counts()['GET /model/info'] ?? 0;
  await until('three resyncs went by', () => lists() >= 3);
  expect(writes()).toEqual([]);
}

describe('trouble with LiteLLM as a whole', () => {
  test.each(TROUBLES)(
    '$what: nothing is done twice or lost, readiness says it, and all is well after',
    async ({ fault, codes, says }) => {
      const controller = await start();
      const rows = JSON.stringify(stage.litellm.rows());
      proxy.forget();
      proxy.fault(fault);
      change();
      await until('readiness says it', async () => {
        const { status, text } = await readiness(controller);
        return status === 503 && says.test(text);
      });
      expect(JSON.stringify(stage.litellm.rows())).toBe(rows);
      const seen = controller.logs.flatMap((line) => /"code":"([a-z-]+)"/.exec(line)?.[1] ?? []);
      expect([...new Set(seen)].filter((code) => !(codes as string[]).includes(code))).toEqual([]);
      expect(seen.length).toBeGreaterThan(0);
      // One goes ahead and finds out.
      expect(writes().length).toBeLessThan(20);

      proxy.healAll();
      await until('all has been done', isChanged);
      await until('it is ready', async () => (await readiness(controller)).status === 200);
      expect(stage.litellm.calls.list('new').filter(({ status }) => status === 200)).toHaveLength(4);
      await quiet();
    },
  );

  test('429: no call of an object comes sooner than LiteLLM asks for', async () => {
    await start({ 'resync-interval': '1m' });
    proxy.forget();
    const tooMany = { status: 429, body: {}, headers: { 'retry-after': '2' } };
    const fault = proxy.fault({ kind: 'answer', path: '/model/new', times: 1, ...tooMany });
    serve('new');
    await until('it was refused', () => fault.applied() === 1);
    serve('another');
    await until('both are there', () => names().length === 5);
    const [refused, next] = proxy.calls.filter(({ path }) => path === '/model/new');
    expect((next?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(2_000);
    const between = proxy.calls.filter(({ at }) => at > (refused?.at ?? 0) + 100 && at < (refused?.at ?? 0) + 1_900);
    expect(between).toEqual([]);
  });

  test('an object that met the trouble does not wait for the end of its backoff when LiteLLM is back', async () => {
    // Longer than the test: what ends the wait is a good list.
    await start({ 'backoff-min': '1m', 'backoff-max': '5m' });
    proxy.forget();
    const failing = proxy.fault({ kind: 'answer', status: 503, body: '' });
    serve('new');
    await until('it met it', () => proxy.calls.some(({ template }) => template.includes('search')));
    const met = failing.applied();
    await until('three lists failed', () => failing.applied() >= met + 3);
    proxy.healAll();
    await until('it is there', () => names().includes('new'));
  });
});

test('slow writes: each is made once, and the lists go on meanwhile', async () => {
  const controller = await start({ 'litellm-timeout': '10s' });
  proxy.forget();
  // Longer than three resyncs.
  for (const method of ['POST', 'PATCH']) proxy.fault({ kind: 'delay', method, ms: 1_000 });
  change();
  const codes = new Set<number>();
  await until('all has been done', async () => {
    codes.add((await readiness(controller)).status);
    return isChanged();
  });
  expect([...codes]).toEqual([200]);
  expect(writes().toSorted()).toEqual(['PATCH /model/{id}/update', 'POST /model/delete', 'POST /model/new']);
  proxy.healAll();
  await quiet();
});

test('one rejected model of 100: the 99 are there, that one waits and no resync hurries it, and an edit brings it at once', async () => {
  // Longer than the test: what ends the wait is the edit.
  const controller = await stage.start({ 'litellm-url': proxy.url, 'backoff-min': '1m', 'backoff-max': '5m' });
  const body = { detail: [{ loc: ['body', 'litellm_params', 'rpm'], msg: 'no', type: 'int' }] };
  const refusal = proxy.fault({ kind: 'answer', path: '/model/new', holding: '"model_name":"bad"', status: 422, body });
  serve('bad');
  for (let index = 0; index < 99; index += 1) serve(`good-${index}`);
  await until('the 99 are there', () => names().length === 99);
  await until('the other one is told', () => stage.events('bad').some((event) => event.startsWith('Rejected: ')));
  const lists = proxy.counts()['GET /model/info'] ?? 0;
  await until('three resyncs went by', () => (proxy.counts()['GET /model/info'] ?? 0) > lists + 3);
  expect(refusal.applied()).toBe(1);
  expect((await readiness(controller)).status).toBe(200);

  refusal.lift();
  serve('bad', { notes: 'put right' });
  await until('it is there', () => names().includes('bad'));
  expect(proxy.calls.filter(({ path }) => path === '/model/new')).toHaveLength(101);
});
