import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWorkQueue, type Priority, type Turn, type TurnResult } from '../../../src/kubernetes/work-queue.ts';

const BACKOFF = { minMs: 100, maxMs: 1_000 };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A handler whose turns are ended by hand, and what they were. */
function byHand() {
  const turns: { key: string; turn: Turn; end(result?: TurnResult): void; fail(): void }[] = [];
  return {
    turns,
    keys: () => turns.map(({ key }) => key),
    handle: (key: string, turn: Turn) =>
      new Promise<TurnResult>((resolve, reject) => {
        turns.push({ key, turn, end: resolve, fail: () => reject(new Error('failed')) });
      }),
  };
}

const passing = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** The longest wait within the jitter, so that times are known. */
const longest = { random: () => 1 };

describe('keys', () => {
  it('are handled once however often they were added', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect(queue.depth).toBe(2);
    await passing();
    expect(hand.keys()).toEqual(['a']);
    expect(queue.depth).toBe(1);
    expect(queue.inHand).toBe(1);
    hand.turns[0]?.end();
    await passing();
    hand.turns[1]?.end();
    await passing(10_000);
    expect(hand.keys()).toEqual(['a', 'b']);
  });

  it('that are added while in hand are handled once more, not at the same time', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 4, backoff: BACKOFF, handle: hand.handle });
    queue.add('a');
    await passing();
    queue.add('a');
    queue.add('a');
    await passing();
    expect(hand.keys()).toEqual(['a']);
    hand.turns[0]?.end();
    await passing();
    expect(hand.keys()).toEqual(['a', 'a']);
    hand.turns[1]?.end();
    await passing(10_000);
    expect(hand.keys()).toEqual(['a', 'a']);
  });

  it('are not handled from within add', () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a');
    expect(hand.keys()).toEqual([]);
  });
});

describe('priorities', () => {
  it('go before the order of arrival', async () => {
    const order: [string, Priority][] = [];
    const queue = createWorkQueue({
      workers: 1,
      backoff: BACKOFF,
      async handle(key, { priority }) {
        order.push([key, priority]);
      },
    });
    queue.add('bulk-1', { priority: 'bulk' });
    queue.add('bulk-2', { priority: 'bulk' });
    queue.add('soon');
    queue.add('urgent', { priority: 'urgent' });
    await passing(10);
    expect(order).toEqual([
      ['urgent', 'urgent'],
      ['soon', 'soon'],
      ['bulk-1', 'bulk'],
      ['bulk-2', 'bulk'],
    ]);
  });

  it('are raised by a later add and never lowered', async () => {
    const order: [string, Priority][] = [];
    const queue = createWorkQueue({
      workers: 1,
      backoff: BACKOFF,
      async handle(key, { priority }) {
        order.push([key, priority]);
      },
    });
    queue.add('a', { priority: 'bulk' });
    queue.add('b', { priority: 'bulk' });
    queue.add('b', { priority: 'urgent' });
    queue.add('b', { priority: 'bulk' });
    await passing(10);
    expect(order).toEqual([
      ['b', 'urgent'],
      ['a', 'bulk'],
    ]);
  });
});

describe('delays', () => {
  it('are kept, and the earlier of two counts', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a', { delayMs: 500 });
    queue.add('a', { delayMs: 2_000 });
    queue.add('b', { delayMs: 2_000 });
    queue.add('b', { delayMs: 700 });
    expect(queue.depth).toBe(0);
    expect(queue.delayed).toBe(2);
    await passing(499);
    expect(hand.keys()).toEqual([]);
    await passing(2);
    expect(hand.keys()).toEqual(['a']);
    hand.turns[0]?.end();
    await passing(200);
    expect(hand.keys()).toEqual(['a', 'b']);
    hand.turns[1]?.end();
    await passing(10_000);
    expect(hand.keys()).toEqual(['a', 'b']);
  });

  it('end with an add that has none, bulk too', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a', { delayMs: 5_000 });
    queue.add('a', { priority: 'bulk' });
    await passing();
    expect(hand.keys()).toEqual(['a']);
  });

  it('asked for by a turn lead to another one', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a', { priority: 'urgent' });
    await passing();
    hand.turns[0]?.end({ againInMs: 3_000 });
    await passing(2_990);
    expect(hand.keys()).toEqual(['a']);
    expect(queue.isBackingOff('a')).toBe(false);
    await passing(20);
    expect(hand.turns[1]?.turn).toMatchObject({ priority: 'urgent', failures: 0 });
  });

  it('longer than any timer of Node are waited for', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    const days = 40 * 24 * 3_600_000;
    queue.add('a', { delayMs: days });
    await passing(days - 1_000);
    expect(hand.keys()).toEqual([]);
    await passing(2_000);
    expect(hand.keys()).toEqual(['a']);
  });
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

describe('the end', () => {
  it('idle resolves when nothing is left to do now, delayed keys aside', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    let idle = false;
    queue.add('a');
    queue.add('later', { delayMs: 100_000 });
    void queue.idle().then(() => {
      idle = true;
    });
    await passing();
    expect(idle).toBe(false);
    hand.turns[0]?.end();
    await passing();
    expect(idle).toBe(true);
    queue.stop();
  });

  it('drain takes nothing new, drops what waits and waits for what is in hand', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a');
    queue.add('b');
    queue.add('c', { delayMs: 10 });
    await passing();
    const drained = queue.drain(5_000);
    queue.add('d');
    await passing(1_000);
    expect(hand.keys()).toEqual(['a']);
    hand.turns[0]?.end({ againInMs: 1 });
    await passing();
    expect(await drained).toBe(true);
    await passing(60_000);
    expect(hand.keys()).toEqual(['a']);
    expect([queue.depth, queue.delayed, queue.inHand]).toEqual([0, 0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('drain aborts the signals when its time is over', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a');
    await passing();
    const drained = queue.drain(5_000);
    await passing(4_999);
    expect(hand.turns[0]?.turn.signal.aborted).toBe(false);
    await passing(2);
    expect(await drained).toBe(false);
    expect(hand.turns[0]?.turn.signal.aborted).toBe(true);
  });

  it('stop aborts at once, and nothing runs afterwards', async () => {
    const hand = byHand();
    const errors: unknown[] = [];
    const queue = createWorkQueue({
      workers: 1,
      backoff: BACKOFF,
      handle: hand.handle,
      onError: (...all) => errors.push(all),
    });
    queue.add('a');
    queue.add('b', { delayMs: 5 });
    await passing();
    queue.stop();
    expect(hand.turns[0]?.turn.signal.aborted).toBe(true);
    hand.turns[0]?.fail();
    queue.add('c');
    await passing(60_000);
    expect(hand.keys()).toEqual(['a']);
    expect(errors).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
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
