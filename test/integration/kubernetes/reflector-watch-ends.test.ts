import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Bench, reference, service, startBench, WATCH } from './support.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(async () => {
  await bench.end();
});

const names = (told: readonly string[]) => [...told].sort();

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
    expect(bench.lists()).toBe(1);
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
    expect(bench.lists()).toBe(1);
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
    await until('it listed again', () => bench.lists() === 2 && bench.told.length === 5);
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
    for (let round = 0; bench.lists() < 60; round += 1) {
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
