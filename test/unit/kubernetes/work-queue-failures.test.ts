import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWorkQueue, type Priority } from '../../../src/kubernetes/work-queue.ts';
import { BACKOFF, byHand, longest, passing } from './turns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('failures', () => {
  it('wait twice as long each time, up to the longest, and a success resets that', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle, ...longest });
    queue.add('a');
    await passing();
    for (const [at, wait] of [200, 400, 800, 1_000, 1_000].entries()) {
      if (at % 2) hand.turns[at]?.fail();
      else hand.turns[at]?.end({ again: 'backoff' });
      await passing(wait - 1);
      expect(queue.isBackingOff('a')).toBe(true);
      expect(hand.turns).toHaveLength(at + 1);
      await passing(2);
      expect(hand.turns[at + 1]?.turn.failures).toBe(at + 1);
    }
    hand.turns[5]?.end();
    await passing();
    expect(queue.isBackingOff('a')).toBe(false);
    queue.add('a');
    await passing();
    expect(hand.turns[6]?.turn.failures).toBe(0);
    hand.turns[6]?.fail();
    await passing(201);
    expect(hand.turns).toHaveLength(8);
  });

  it('are reported with their count, and a reporter that throws costs nothing', async () => {
    const reported: [string, number][] = [];
    const queue = createWorkQueue({
      workers: 1,
      backoff: BACKOFF,
      ...longest,
      handle: () => Promise.reject(new Error('failed')),
      onError(key, _error, failures) {
        reported.push([key, failures]);
        throw new Error('so does this');
      },
    });
    queue.add('a');
    await passing(201);
    expect(reported).toEqual([
      ['a', 1],
      ['a', 2],
    ]);
    queue.stop();
  });

  it.each(['urgent', 'soon'] as const)('an add that is %s ends the wait and forgets them', async (priority) => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle, ...longest });
    queue.add('a');
    await passing();
    hand.turns[0]?.fail();
    await passing();
    queue.add('a', { priority });
    await passing();
    expect(hand.turns[1]?.turn).toMatchObject({ failures: 0 });
    hand.turns[1]?.fail();
    await passing(199);
    expect(hand.turns).toHaveLength(2);
    await passing(2);
    expect(hand.turns).toHaveLength(3);
  });

  it.each([{ priority: 'bulk' }, { priority: 'soon', delayMs: 5 }, { priority: 'urgent', delayMs: 5 }] as const)(
    'an add of %o does not shorten the wait',
    async (options) => {
      const hand = byHand();
      const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle, ...longest });
      queue.add('a');
      await passing();
      hand.turns[0]?.fail();
      await passing();
      queue.add('a', options);
      await passing(198);
      expect(queue.isBackingOff('a')).toBe(true);
      expect(hand.turns).toHaveLength(1);
      await passing(3);
      expect(hand.turns[1]?.turn.failures).toBe(1);
    },
  );

  it('of a turn during which the key was added: soon runs at once, bulk waits', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 2, backoff: BACKOFF, handle: hand.handle, ...longest });
    queue.add('soon');
    queue.add('bulk');
    await passing();
    queue.add('soon');
    queue.add('bulk', { priority: 'bulk' });
    for (const one of hand.turns) one.fail();
    await passing(10);
    expect(hand.keys()).toEqual(['soon', 'bulk', 'soon']);
    await passing(200);
    expect(hand.keys()).toEqual(['soon', 'bulk', 'soon', 'bulk']);
  });
});

describe('whatever happens', () => {
  const priority = fc.constantFrom<Priority>('urgent', 'soon', 'bulk');
  const step = fc.oneof(
    fc.record({
      do: fc.constant('add' as const),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      priority,
      delayMs: fc.constantFrom(0, 0, 30, 400),
    }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 50, 300) }),
  );
  const result = fc.constantFrom<'done' | 'throw' | 'backoff' | 'again'>('done', 'done', 'throw', 'backoff', 'again');

  it('no key is in two hands at a time, workers are not exceeded, and each add is followed by a turn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 60 }),
        fc.array(result, { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, results, durations, workers) => {
          const busy = new Set<string>();
          /** Adds not yet followed by the start of a turn. */
          const owed = new Set<string>();
          let turns = 0;
          const queue = createWorkQueue({
            workers,
            backoff: BACKOFF,
            async handle(key) {
              expect(busy.has(key)).toBe(false);
              busy.add(key);
              owed.delete(key);
              expect(busy.size).toBeLessThanOrEqual(workers);
              const at = turns;
              turns += 1;
              await new Promise((resolve) => {
                setTimeout(resolve, durations[at % durations.length]);
              });
              busy.delete(key);
              // After a while all goes well, so that there is an end.
              const outcome = at < 100 ? results[at % results.length] : 'done';
              if (outcome === 'throw') throw new Error('failed');
              if (outcome === 'backoff') return { again: 'backoff' };
              return outcome === 'again' ? { againInMs: 10 } : undefined;
            },
          });
          for (const one of steps) {
            if (one.do === 'wait') await passing(one.ms);
            else {
              owed.add(one.key);
              queue.add(one.key, { priority: one.priority, delayMs: one.delayMs });
            }
          }
          await passing(200_000);
          expect([...owed]).toEqual([]);
          expect([queue.depth, queue.delayed, queue.inHand, busy.size]).toEqual([0, 0, 0, 0]);
          expect(vi.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});
