import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Bench, LISTS, reference, service, startBench, WATCH } from './support.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(async () => {
  await bench.end();
});

describe('a normal life', () => {
  it('lists page by page and tells each object once', async () => {
    for (let at = 0; at < 25; at += 1) bench.api.apply(service(`m${at}`));
    const reflector = bench.reflect({ settings: { pageSize: 10 } });
    await reflector.settled;
    expect(reflector.state).toBe('synced');
    expect(bench.lists()).toBe(3);
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
    expect(bench.lists()).toBe(1);
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
    expect(bench.lists()).toBe(1);
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
    await until('it listed again', () => bench.lists() === 2 && bench.api.watches.count() === 1);
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
    bench.api.faults.inject({ ...LISTS, effect: { kind: 'status', status: 500 } });
    await expect(reflector.fetch('llm', 'a')).rejects.toMatchObject({ code: 'server-error' });
    bench.api.faults.inject({ ...LISTS, effect: { kind: 'status', status: 200, body: {} } });
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
    bench.api.faults.inject({ ...LISTS, effect: { kind: 'hang' } });
    const listing = bench.reflect();
    await until('it lists', () => bench.lists() === 1);
    await listing.stop();
    await listing.settled;

    bench.api.faults.inject({ ...LISTS, effect: { kind: 'status', status: 500 } });
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
