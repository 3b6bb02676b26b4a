import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWorkQueue, type Priority } from '../../../src/kubernetes/work-queue.ts';
import { BACKOFF, byHand, passing } from './turns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

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

describe('workers', () => {
  it('are kept free for what comes with a higher priority', async () => {
    const hand = byHand();
    const workersFor = { soon: 2, bulk: 1 };
    const queue = createWorkQueue({ workers: 3, workersFor, backoff: BACKOFF, handle: hand.handle });
    for (const key of ['bulk-1', 'bulk-2']) queue.add(key, { priority: 'bulk' });
    await passing();
    for (const key of ['soon-1', 'soon-2']) queue.add(key);
    await passing();
    for (const key of ['urgent-1', 'urgent-2']) queue.add(key, { priority: 'urgent' });
    await passing();
    expect(hand.keys()).toEqual(['bulk-1', 'soon-1', 'urgent-1']);
    for (const index of [0, 1, 2, 3, 4, 5]) {
      hand.turns[index]?.end();
      await passing();
    }
    expect(hand.keys()).toEqual(['bulk-1', 'soon-1', 'urgent-1', 'urgent-2', 'soon-2', 'bulk-2']);
  });
});

describe('a turn', () => {
  it('is told when its key is added with a higher priority, and then comes again', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a', { priority: 'bulk' });
    await passing();
    const [first] = hand.turns;
    queue.add('a', { priority: 'bulk' });
    expect(first?.turn.overtaken.aborted).toBe(false);
    queue.add('a');
    expect([first?.turn.overtaken.aborted, first?.turn.signal.aborted]).toEqual([true, false]);
    first?.end();
    await passing();
    const second = hand.turns[1]?.turn;
    expect(second).toMatchObject({ priority: 'soon', failures: 0 });
    queue.add('a');
    expect(second?.overtaken.aborted).toBe(false);
    queue.add('a', { priority: 'urgent' });
    expect(second?.overtaken.aborted).toBe(true);
  });

  it('is told when the queue stops', async () => {
    const hand = byHand();
    const queue = createWorkQueue({ workers: 1, backoff: BACKOFF, handle: hand.handle });
    queue.add('a');
    await passing();
    queue.stop();
    expect(hand.turns[0]?.turn.overtaken.aborted).toBe(true);
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
