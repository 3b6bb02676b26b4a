import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startKubernetes } from '../../../src/sandbox/index.ts';
import { until } from '../../support/wait.ts';
import { type Bench, LIST, LISTS, reference, service, startBench, WATCH } from './support.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(async () => {
  await bench.end();
});

const names = (told: readonly string[]) => [...told].sort();

describe('a server in trouble', () => {
  it.each([500, 502, 503, 429, 401])(
    'answers %i to lists: failing, then synced, nothing told twice',
    async (status) => {
      bench.api.apply(service('a'));
      bench.api.faults.inject({ ...LISTS, times: 4, effect: { kind: 'status', status } });
      const states: string[] = [];
      const reflector = bench.reflect();
      reflector.onState((state) => states.push(state));
      await reflector.settled;
      expect(states).toEqual(['failing', 'synced']);
      expect(bench.told).toEqual(['+a']);
    },
  );

  it.each([500, 429, 401])('answers %i to watches: the objects stay, and it recovers', async (status) => {
    bench.api.apply(service('a'));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    bench.api.faults.inject({ on: WATCH, times: 4, effect: { kind: 'status', status } });
    bench.api.watches.cut();
    await until('it fails', () => reflector.state === 'failing');
    expect(reflector.size).toBe(1);
    bench.api.apply(service('b'));
    await until('it is known', () => reflector.size === 2);
    expect(reflector.state).toBe('synced');
    expect(bench.told).toEqual(['+a', '+b']);
  });

  it.each(['status', 'cut', 'cut-midway'] as const)(
    'fails (%s) at the second page: nothing is taken for deleted',
    async (kind) => {
      for (let at = 0; at < 6; at += 1) bench.api.apply(service(`m${at}`));
      const reflector = bench.reflect({ settings: { pageSize: 2 } });
      await until('the watch is open', () => bench.api.watches.count() === 1);
      const effect = kind === 'status' ? ({ kind, status: 500 } as const) : ({ kind } as const);
      const fault = bench.api.faults.inject({ on: LIST, path: 'continue=', times: 3, effect });
      bench.api.faults.inject({ on: WATCH, effect: { kind: 'status', status: 410 } });
      bench.api.watches.cut();
      await until('the list went through', () => fault.hits === 3 && bench.api.watches.count() === 1);
      expect(reflector.size).toBe(6);
      expect(names(bench.told)).toEqual(['+m0', '+m1', '+m2', '+m3', '+m4', '+m5']);
    },
  );

  it('forgets the list in the midst of its pages (410): it starts over', async () => {
    for (let at = 0; at < 6; at += 1) bench.api.apply(service(`m${at}`));
    const fault = bench.api.faults.inject({
      on: LIST,
      path: 'continue=',
      skip: 1,
      effect: { kind: 'status', status: 410 },
    });
    const reflector = bench.reflect({ settings: { pageSize: 2 } });
    await reflector.settled;
    expect(fault.hits).toBe(1);
    expect(reflector.size).toBe(6);
    expect(names(bench.told)).toEqual(['+m0', '+m1', '+m2', '+m3', '+m4', '+m5']);
    expect(reflector.state).toBe('synced');
  });

  it('never answers a list: the call is given up', async () => {
    await bench.end();
    bench = await startBench({ requestTimeoutMs: 200 });
    bench.api.apply(service('a'));
    bench.api.faults.inject({ ...LISTS, times: 2, effect: { kind: 'hang' } });
    bench.api.faults.inject({ ...LISTS, times: 1, effect: { kind: 'stall-midway' } });
    const reflector = bench.reflect();
    await until('it fails', () => reflector.state === 'failing');
    await reflector.settled;
    expect(bench.told).toEqual(['+a']);
    expect(bench.log.lines.some(({ fields }) => 'code' in fields && fields.code === 'timeout')).toBe(true);
  });

  it('is away and comes back: the objects stay, and it recovers', async () => {
    bench.api.apply(service('a'));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    const away = bench.api.faults.inject({ on: /./, times: Number.POSITIVE_INFINITY, effect: { kind: 'cut' } });
    bench.api.watches.cut();
    await until('it fails', () => reflector.state === 'failing');
    await until('it was tried often, by lists too', () => bench.lists() > 3);
    bench.api.apply(service('b'));
    expect([...reflector.keys()]).toEqual(['llm/a']);
    away.lift();
    await until('it is synced', () => reflector.state === 'synced' && reflector.size === 2);
    expect(bench.told).toEqual(['+a', '+b']);
  });

  it('is away from the start: failing until it comes', async () => {
    await bench.api.stop();
    const reflector = bench.reflect();
    await until('it fails', () => reflector.state === 'failing');
    const { port } = new URL(bench.api.url);
    bench.api = await startKubernetes({ port: Number(port) });
    await writeFile(bench.kubeconfig, bench.api.kubeconfig);
    await until('it is synced', () => reflector.state === 'synced');
  });

  it('comes back with other objects (restored from a backup): it lists again and says what is missing', async () => {
    bench.api.apply(service('a'));
    bench.api.apply(service('b'));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    bench.api.faults.inject({ on: WATCH, times: 5, effect: { kind: 'cut' } });
    bench.api.watches.drop(true);
    bench.api.delete(reference('b'));
    bench.api.watches.drop(false);
    bench.api.watches.cut();
    await until('it listed again', () => bench.lists() === 2);
    await until('the loss is known', () => reflector.size === 1);
    expect(bench.told).toEqual(['+a', '+b', '?b']);
  });

  it('sends something that is no event: the watch is opened again', async () => {
    bench.api.faults.inject({ on: WATCH, effect: { kind: 'status', status: 200, body: 'this is not JSON\n' } });
    bench.api.faults.inject({
      on: WATCH,
      effect: { kind: 'status', status: 200, body: { type: 'ADDED', object: {} } },
    });
    bench.api.faults.inject({
      on: WATCH,
      effect: { kind: 'status', status: 200, body: { type: 'ERROR', object: { code: 500 } } },
    });
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    bench.api.apply(service('a'));
    await until('it is known', () => reflector.size === 1);
    expect(bench.lists()).toBe(1);
  });

  it('answers a list with something else: failing, and nothing is lost', async () => {
    bench.api.apply(service('a'));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    for (const body of [
      '<html>',
      {},
      { items: [] },
      { metadata: { resourceVersion: '1' } },
      { items: [{}], metadata: { resourceVersion: '1' } },
    ]) {
      bench.api.faults.inject({ ...LISTS, effect: { kind: 'status', status: 200, body } });
    }
    bench.api.faults.inject({ on: WATCH, effect: { kind: 'status', status: 410 } });
    bench.api.watches.cut();
    await until('it fails', () => reflector.state === 'failing');
    await until('it is synced', () => reflector.state === 'synced');
    expect(bench.lists()).toBe(7);
    expect(bench.told).toEqual(['+a']);
  });
});

describe('a kind that is denied', () => {
  it('forbidden: known as such, objects kept, recovers by itself', async () => {
    bench.api.apply(service('a'));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    const fault = bench.api.faults.inject({
      on: /inferenceservices/,
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'status', status: 403 },
    });
    bench.api.watches.cut();
    await until('it is forbidden', () => reflector.state === 'forbidden');
    await until('it is tried again', () => fault.hits > 4);
    expect(reflector.size).toBe(1);
    bench.api.delete(reference('a'));
    fault.lift();
    await until('it is synced', () => reflector.state === 'synced' && reflector.size === 0);
    expect(bench.told).toEqual(['+a', '?a']);
  });

  it('forbidden for a moment: goes on where it was, so that deletes are observed', async () => {
    bench.api.apply(service('a'));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    bench.api.faults.inject({ on: WATCH, effect: { kind: 'status', status: 403 } });
    bench.api.watches.cut();
    await until('it is forbidden', () => reflector.state === 'forbidden');
    bench.api.delete(reference('a'));
    await until('it is synced', () => reflector.state === 'synced' && reflector.size === 0);
    expect(bench.told).toEqual(['+a', '-a']);
    expect(bench.lists()).toBe(1);
  });

  it('forbidden or absent from the start: settled all the same', async () => {
    const denied = bench.api.faults.inject({
      ...LISTS,
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'status', status: 403 },
    });
    const reflector = bench.reflect();
    await reflector.settled;
    expect(reflector.state).toBe('forbidden');
    denied.lift();
    bench.api.uninstall('InferenceService');
    await until('it is absent', () => reflector.state === 'absent');
    bench.api.install('InferenceService');
    await until('it is synced', () => reflector.state === 'synced');
  });

  it('may be listed, not watched: forbidden, and kept up by lists', async () => {
    bench.api.faults.inject({ on: WATCH, times: Number.POSITIVE_INFINITY, effect: { kind: 'status', status: 403 } });
    const reflector = bench.reflect();
    await until('it is forbidden', () => reflector.state === 'forbidden');
    bench.api.apply(service('a'));
    await until('it is known', () => reflector.size === 1);
    expect(reflector.state).toBe('forbidden');
  });

  it('404 without a word about the objects: absent, and they are kept', async () => {
    bench.api.apply(service('a'));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    const fault = bench.api.faults.inject({
      on: /inferenceservices/,
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'status', status: 404 },
    });
    bench.api.watches.cut();
    await until('it is absent', () => reflector.state === 'absent');
    expect(reflector.size).toBe(1);
    fault.lift();
    await until('it is synced', () => reflector.state === 'synced');
    expect(bench.told).toEqual(['+a']);
  });
});
