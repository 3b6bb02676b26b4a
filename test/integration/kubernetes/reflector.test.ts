import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startKubernetes } from '../../../src/sandbox/index.ts';
import { until } from '../../support/wait.ts';
import { type Bench, LIST, reference, service, startBench, WATCH } from './support.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(async () => {
  await bench.end();
});

const names = (told: readonly string[]) => [...told].sort();

describe('a normal life', () => {
  it('lists page by page and tells each object once', async () => {
    for (let at = 0; at < 25; at += 1) bench.api.apply(service(`m${at}`));
    const reflector = bench.reflect({ settings: { pageSize: 10 } });
    await reflector.settled;
    expect(reflector.state).toBe('synced');
    expect(bench.api.calls.count(LIST)).toBe(3);
    expect(reflector.size).toBe(25);
    expect([...reflector.keys()]).toHaveLength(25);
    expect(bench.told).toHaveLength(25);
    expect(new Set(bench.changes.map((change) => change.type === 'applied' && change.cause))).toEqual(
      new Set(['list']),
    );
  });

  it('tells what the watch says, with the state before', async () => {
    bench.api.apply(service('a', 'red'));
    const reflector = bench.reflect();
    await reflector.settled;
    bench.api.apply(service('a', 'blue'));
    bench.api.apply(service('b'));
    bench.api.delete(reference('a'));
    await until('all is told', () => bench.told.length === 4);
    expect(bench.told).toEqual(['+a', '+a', '+b', '-a']);
    const [, second] = bench.changes;
    expect(second).toMatchObject({ object: { color: 'blue' }, previous: { color: 'red' }, cause: 'watch' });
    expect(reflector.get('llm/a')).toBeUndefined();
    expect([...reflector.values()].map(({ name }) => name)).toEqual(['b']);
    expect(bench.api.calls.count(LIST)).toBe(1);
  });

  it('sees only what the label selector takes, and an object that leaves it as deleted', async () => {
    bench.api.apply(service('a', 'red', { shown: 'yes' }));
    bench.api.apply(service('b', 'red', { shown: 'no' }));
    const reflector = bench.reflect({ labelSelector: 'shown=yes' });
    await reflector.settled;
    bench.api.apply(service('a', 'red', { shown: 'no' }));
    await until('it is told', () => bench.told.length === 2);
    expect(bench.told).toEqual(['+a', '-a']);
    expect(reflector.size).toBe(0);
  });

  it('keeps to its namespace', async () => {
    bench.api.apply(service('a'));
    bench.api.apply({ ...service('b'), metadata: { namespace: 'other', name: 'b' } });
    const reflector = bench.reflect({
      resource: { group: 'serving.kserve.io', version: 'v1beta1', plural: 'inferenceservices', namespace: 'other' },
    });
    await reflector.settled;
    expect([...reflector.keys()]).toEqual(['other/b']);
  });

  it('takes bookmarks as a sign of life and goes on from them', async () => {
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    // Changes of other kinds raise the version; a bookmark carries it over.
    const other = bench.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
    const applied = performance.now();
    await until('a bookmark arrives', () => reflector.stalenessMs < performance.now() - applied);
    bench.api.watches.close();
    await until('the watch is opened there', () => {
      const last = bench.api.calls.list(WATCH).at(-1)?.path;
      return last?.includes(`resourceVersion=${other.metadata.resourceVersion}`);
    });
    expect(bench.api.calls.count(LIST)).toBe(1);
  });
});

describe('a watch that ends', () => {
  /** What is done to the open watch; each must lead to a new one without a list and without a loss. */
  const ends: [string, (bench: Bench) => void][] = [
    ['is closed by the server', ({ api }) => api.watches.close()],
    ['is reset', ({ api }) => api.watches.cut()],
    ['is reset in the midst of a line', ({ api }) => api.watches.cut(undefined, { inLine: true })],
    ['falls silent in the midst of a line', ({ api }) => api.watches.silence()],
  ];
  it.each(ends)('%s: it goes on where it was', async (how, end) => {
    bench.api.apply(service('a'));
    // Long enough to catch the gap between two watches.
    const gap = { reopenMs: 200, backoffMinMs: 200, backoffMaxMs: 200 };
    const reflector = bench.reflect({ settings: { idleMs: 400, ...gap } });
    await until('the watch is open', () => bench.api.watches.count() === 1);
    for (const [round, color] of ['red', 'green', 'blue'].entries()) {
      end(bench);
      await until('it is over', () => bench.api.watches.count() === 0 || how.includes('silent'));
      bench.api.apply(service('a', color));
      bench.api.apply(service(`new-${round}`));
      await until('the change is known', () => reflector.get('llm/a')?.color === color && reflector.size === round + 2);
    }
    expect(bench.api.calls.count(LIST)).toBe(1);
    expect(bench.told.filter((line) => !line.startsWith('+'))).toEqual([]);
    expect(reflector.state).toBe('synced');
    expect(reflector.misses).toBe(0);
  });

  it('is quiet for long since nothing happens: it is opened anew, which is no failure', async () => {
    await bench.end();
    bench = await startBench({ bookmarkMilliseconds: 3_600_000 });
    bench.api.apply(service('a'));
    const states: string[] = [];
    const reflector = bench.reflect({ settings: { idleMs: 20 } });
    reflector.onState((state) => states.push(state));
    await until('it was opened many times', () => bench.api.calls.count(WATCH) > 8);
    expect(bench.api.calls.count(LIST)).toBe(1);
    expect(states).toEqual(['synced']);
    bench.api.apply(service('b'));
    await until('the change is known', () => reflector.size === 2);
    expect(bench.told).toEqual(['+a', '+b']);
  });

  it('a server that closes each watch at once is not asked in a tight loop', async () => {
    const reflector = bench.reflect({ settings: { reopenMs: 3_600_000 } });
    await until('the watch is open', () => bench.api.watches.count() === 1);
    bench.api.watches.close();
    await until('it is closed', () => bench.api.watches.count() === 0);
    bench.api.apply(service('a'));
    // Enough turns for a loop without a pause to show.
    for (let turn = 0; turn < 20; turn += 1) await reflector.fetch('llm', 'a');
    expect(bench.api.calls.count(WATCH)).toBe(1);
  });

  it('410 before the stream: lists again and tells what is missing as inferred', async () => {
    for (const name of ['a', 'b', 'c']) bench.api.apply(service(name));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    const fault = bench.api.faults.inject({ on: WATCH, effect: { kind: 'status', status: 410 } });
    bench.api.watches.drop(true);
    bench.api.delete(reference('b'));
    bench.api.apply(service('c', 'red'));
    bench.api.watches.drop(false);
    bench.api.watches.cut();
    await until('it listed again', () => bench.api.calls.count(LIST) === 2 && bench.told.length === 5);
    expect(fault.hits).toBe(1);
    expect(bench.told.slice(3)).toEqual(['+c', '?b']);
    expect(bench.changes[3]).toMatchObject({ cause: 'list', object: { color: 'red' } });
    expect([...reflector.keys()]).toEqual(['llm/a', 'llm/c']);
  });

  it('410 as an event: the same', async () => {
    for (const name of ['a', 'b']) bench.api.apply(service(name));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    const fault = bench.api.faults.inject({
      on: WATCH,
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'status', status: 503 },
    });
    bench.api.watches.cut();
    await until('it fails', () => reflector.state === 'failing');
    bench.api.delete(reference('a'));
    bench.api.apply(service('c'));
    bench.api.forgetHistory();
    fault.lift();
    await until('it is known', () => reflector.get('llm/c') !== undefined && reflector.size === 2);
    expect(bench.told).toEqual(['+a', '+b', '+c', '?a']);
    expect(reflector.state).toBe('synced');
  });

  it('deleted and recreated in a gap: deleted, then applied', async () => {
    bench.api.apply(service('a', 'red'));
    const reflector = bench.reflect();
    await until('the watch is open', () => bench.api.watches.count() === 1);
    const first = reflector.get('llm/a')?.uid;
    bench.api.watches.drop(true);
    bench.api.delete(reference('a'));
    bench.api.apply(service('a', 'blue'));
    bench.api.watches.drop(false);
    bench.api.forgetHistory();
    bench.api.watches.cut();
    await until('both are told', () => bench.told.length === 3);
    expect(bench.told).toEqual(['+a', '?a', '+a']);
    expect(bench.changes[1]?.object.uid).toBe(first);
    expect(bench.changes[2]).not.toHaveProperty('previous');
    expect(reflector.get('llm/a')).toMatchObject({ color: 'blue' });
    expect(reflector.get('llm/a')?.uid).not.toBe(first);
  });
});

describe('a server in trouble', () => {
  it.each([500, 502, 503, 429, 401])(
    'answers %i to lists: failing, then synced, nothing told twice',
    async (status) => {
      bench.api.apply(service('a'));
      bench.api.faults.inject({ on: LIST, times: 4, effect: { kind: 'status', status } });
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
    bench.api.faults.inject({ on: LIST, times: 2, effect: { kind: 'hang' } });
    bench.api.faults.inject({ on: LIST, times: 1, effect: { kind: 'stall-midway' } });
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
    await until('it was tried often, by lists too', () => bench.api.calls.count(LIST) > 3);
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
    await until('it listed again', () => bench.api.calls.count(LIST) === 2);
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
    expect(bench.api.calls.count(LIST)).toBe(1);
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
      bench.api.faults.inject({ on: LIST, effect: { kind: 'status', status: 200, body } });
    }
    bench.api.faults.inject({ on: WATCH, effect: { kind: 'status', status: 410 } });
    bench.api.watches.cut();
    await until('it fails', () => reflector.state === 'failing');
    await until('it is synced', () => reflector.state === 'synced');
    expect(bench.api.calls.count(LIST)).toBe(7);
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
    expect(bench.api.calls.count(LIST)).toBe(1);
  });

  it('forbidden or absent from the start: settled all the same', async () => {
    const denied = bench.api.faults.inject({
      on: LIST,
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

describe('objects and listeners that misbehave', () => {
  it('keeps the last readable state, tells of the unreadable one once, and takes the next', async () => {
    const unreadable: string[] = [];
    bench.api.apply(service('a', 'red'));
    bench.api.apply(service('never', 'unreadable'));
    const reflector = bench.reflect({ onUnreadable: ({ name }) => unreadable.push(name) });
    await until('the watch is open', () => bench.api.watches.count() === 1);
    expect(unreadable).toEqual(['never']);
    expect(reflector.size).toBe(1);
    bench.api.apply(service('a', 'unreadable'));
    await until('it is told', () => unreadable.length === 2);
    expect(reflector.get('llm/a')?.color).toBe('red');
    bench.api.faults.inject({ on: WATCH, effect: { kind: 'status', status: 410 } });
    bench.api.watches.cut();
    await until('it listed again', () => bench.api.calls.count(LIST) === 2 && bench.api.watches.count() === 1);
    expect(unreadable).toEqual(['never', 'a']);
    bench.api.apply(service('a', 'blue'));
    bench.api.delete(reference('never'));
    await until('it is known', () => reflector.get('llm/a')?.color === 'blue');
    expect(bench.told).toEqual(['+a', '+a']);
  });

  it('goes on when listeners throw or reject', async () => {
    bench.api.apply(service('a'));
    const seen: string[] = [];
    const reflector = bench.reflect({
      onChange: ((change) => {
        seen.push(change.object.name);
        if (change.object.name === 'b') return Promise.reject(new Error('rejected'));
        throw new Error('thrown');
      }) satisfies (change: { object: { name: string } }) => unknown,
    });
    reflector.onState(() => {
      throw new Error('thrown');
    });
    await reflector.settled;
    bench.api.apply(service('b'));
    bench.api.apply(service('c'));
    await until('all are told', () => seen.length === 3);
    expect(seen).toEqual(['a', 'b', 'c']);
    await until('it is logged', () => bench.log.lines.filter(({ level }) => level === 'error').length >= 3);
  });
});

describe('the list beside the watch', () => {
  it('counts what the watch missed, and mends it', async () => {
    bench.api.apply(service('a'));
    bench.api.apply(service('b'));
    const reflector = bench.reflect({ settings: { relistMs: 100 } });
    await until('the watch is open', () => bench.api.watches.count() === 1);
    bench.api.watches.drop(true);
    bench.api.delete(reference('a'));
    bench.api.apply(service('b', 'red'));
    bench.api.apply(service('c'));
    await until('the misses are found', () => reflector.misses > 0);
    expect(reflector.misses).toBe(3);
    await until('they are mended', () => bench.told.length === 5);
    expect(names(bench.told.slice(2))).toEqual(['+b', '+c', '?a']);
  });

  it('finds nothing while the watch works, however busy it is', async () => {
    const reflector = bench.reflect({ settings: { relistMs: 20, pageSize: 5 } });
    await until('the watch is open', () => bench.api.watches.count() === 1);
    for (let round = 0; bench.api.calls.count(LIST) < 60; round += 1) {
      bench.api.apply(service(`m${round % 17}`, `c${round}`));
      if (round % 5 === 0) bench.api.delete(reference(`m${round % 17}`));
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
    }
    expect(reflector.misses).toBe(0);
    expect(bench.told.filter((line) => line.startsWith('?'))).toEqual([]);
  });
});

describe('fetch', () => {
  it('reads one object as it is now, whatever is known', async () => {
    bench.api.apply(service('a', 'red', { shown: 'yes' }));
    bench.api.apply(service('hidden', 'red', { shown: 'no' }));
    const reflector = bench.reflect({ labelSelector: 'shown=yes' });
    await until('the watch is open', () => bench.api.watches.count() === 1);
    bench.api.watches.drop(true);
    bench.api.apply(service('a', 'blue', { shown: 'yes' }));
    expect(await reflector.fetch('llm', 'a')).toMatchObject({ color: 'blue' });
    expect(reflector.get('llm/a')?.color).toBe('red');
    expect(await reflector.fetch('llm', 'none')).toBeUndefined();
    expect(await reflector.fetch('nowhere', 'a')).toBeUndefined();
    expect(await reflector.fetch('llm', 'hidden')).toBeUndefined();
  });

  it('throws on every doubt', async () => {
    bench.api.apply(service('a', 'unreadable'));
    const reflector = bench.reflect();
    await reflector.settled;
    await expect(reflector.fetch('llm', 'a')).rejects.toMatchObject({ code: 'unreadable' });
    bench.api.faults.inject({ on: LIST, effect: { kind: 'status', status: 500 } });
    await expect(reflector.fetch('llm', 'a')).rejects.toMatchObject({ code: 'server-error' });
    bench.api.faults.inject({ on: LIST, effect: { kind: 'status', status: 200, body: {} } });
    await expect(reflector.fetch('llm', 'a')).rejects.toMatchObject({ code: 'unreadable' });
    bench.api.uninstall('InferenceService');
    await expect(reflector.fetch('llm', 'a')).rejects.toMatchObject({ code: 'not-found' });
    await bench.api.stop();
    await expect(reflector.fetch('llm', 'a')).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('stop', () => {
  it('ends a list, a watch and a backoff, and nothing is told or asked afterwards', async () => {
    bench.api.apply(service('a'));
    bench.api.faults.inject({ on: LIST, effect: { kind: 'hang' } });
    const listing = bench.reflect();
    await until('it lists', () => bench.api.calls.count(LIST) === 1);
    await listing.stop();
    await listing.settled;

    bench.api.faults.inject({ on: LIST, effect: { kind: 'status', status: 500 } });
    const waiting = bench.reflect({ settings: { backoffMinMs: 3_600_000, backoffMaxMs: 3_600_000 } });
    await until('it waits', () => waiting.state === 'failing');
    await waiting.stop();

    const watching = bench.reflect();
    await until('it watches', () => bench.api.watches.count() === 1);
    const told = bench.told.length;
    const stopped = watching.stop();
    bench.api.apply(service('b'));
    await stopped;
    await until('the watch is closed', () => bench.api.watches.count() === 0);
    const calls = bench.api.calls.count();
    await bench.connection.request({ method: 'GET', path: '/api/v1/namespaces' });
    expect(bench.told).toHaveLength(told);
    expect(bench.api.calls.count()).toBe(calls + 1);
  });

  it('from within a listener: the rest of the list is not told', async () => {
    for (let at = 0; at < 10; at += 1) bench.api.apply(service(`m${at}`));
    const seen: string[] = [];
    let stopped: Promise<void> | undefined;
    const reflector = bench.reflect({
      onChange(change) {
        seen.push(change.object.name);
        stopped ??= reflector.stop();
      },
    });
    await reflector.settled;
    await stopped;
    expect(seen).toHaveLength(1);
  });
});
