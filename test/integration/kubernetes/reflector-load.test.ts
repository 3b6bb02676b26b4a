import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Bench, LISTS, service, startBench } from './support.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(() => bench.end());

it('Retry-After is obeyed: nothing is asked before', async () => {
  bench.api.faults.inject({ ...LISTS, effect: { kind: 'status', status: 429, retryAfterSeconds: 1 } });
  const reflector = bench.reflect();
  await reflector.settled;
  const [first, second] = bench.api.calls.list().map(({ at }) => at);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
});

describe('much of it', () => {
  const MANY = 20_000;

  it('20,000 objects and a burst of 20,000 changes: all known within 30 s each, each told once, nothing else told', async () => {
    for (let at = 0; at < MANY; at += 1) bench.api.apply(service(`m${at}`, 'red'));
    const reflector = bench.reflect({ settings: { pageSize: 5_000 } });
    await until('all are known', () => reflector.size === MANY, 30_000);
    await until('the watch is open', () => bench.api.watches.count() === 1);
    for (let at = 0; at < MANY; at += 1) bench.api.apply(service(`m${at}`, 'blue'));
    await until('all changes are known', () => bench.told.length === 2 * MANY, 30_000);
    for (const { color } of reflector.values()) if (color !== 'blue') throw new Error('a change is missing');
    expect(bench.told.filter((line) => !line.startsWith('+'))).toEqual([]);
    expect(reflector.misses).toBe(0);
  }, 90_000);

  it('an object of 1 MB arrives by list and by watch, and those beside it', async () => {
    const large = 'x'.repeat(1_000_000);
    bench.api.apply(service('large', large));
    bench.api.apply(service('small'));
    const reflector = bench.reflect();
    await until('they are known', () => reflector.size === 2);
    bench.api.apply(service('large', `${large}y`));
    bench.api.apply(service('other'));
    await until('the change is known', () => reflector.get('llm/large')?.color?.length === large.length + 1);
    await until('the other is known', () => reflector.size === 3);
    expect(reflector.state).toBe('synced');
  });
});
