import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadline, pause, unlessAborted } from '../../../src/kubernetes/wait.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('pause', () => {
  it('ends with its time, or with the signal, and leaves nothing behind', async () => {
    const { signal } = new AbortController();
    const timed = pause(1_000, signal);
    expect(listeners(signal)).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    await timed;
    expect(listeners(signal)).toBe(0);

    const controller = new AbortController();
    const aborted = pause(1_000, controller.signal);
    controller.abort();
    await aborted;
    await pause(1_000, controller.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('deadline', () => {
  it('expires', () => {
    const limit = deadline([undefined], 1_000);
    vi.advanceTimersByTime(999);
    expect([limit.signal.aborted, limit.expired]).toEqual([false, false]);
    vi.advanceTimersByTime(1);
    expect([limit.signal.aborted, limit.expired]).toEqual([true, true]);
  });

  it('ends with any parent, with its reason, at once if that has ended', () => {
    const parent = new AbortController();
    const limit = deadline([new AbortController().signal, parent.signal], 1_000);
    parent.abort('why');
    expect([limit.signal.reason, limit.expired]).toEqual(['why', false]);
    expect(deadline([parent.signal]).signal.reason).toBe('why');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lifted, it has no end of its own', () => {
    const parent = new AbortController();
    const limit = deadline([parent.signal], 1_000);
    limit.lift();
    vi.advanceTimersByTime(60_000);
    expect(limit.signal.aborted).toBe(false);
    parent.abort();
    expect(limit.signal.aborted).toBe(true);
  });

  it('released, it holds on to nothing', () => {
    const parent = new AbortController();
    const limits = Array.from({ length: 20 }, () => deadline([parent.signal], 1_000));
    expect(listeners(parent.signal)).toBe(20);
    for (const limit of limits) limit.release();
    expect(listeners(parent.signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('unlessAborted', () => {
  it('gives the result, the error, or the reason of the signal', async () => {
    const controller = new AbortController();
    await expect(unlessAborted(Promise.resolve(1), controller.signal)).resolves.toBe(1);
    await expect(unlessAborted(Promise.reject(new Error('no')), controller.signal)).rejects.toThrow('no');
    const never = unlessAborted(new Promise(() => undefined), controller.signal);
    controller.abort(new Error('enough'));
    await expect(never).rejects.toThrow('enough');
    await expect(unlessAborted(Promise.resolve(1), controller.signal)).rejects.toThrow('enough');
    expect(listeners(controller.signal)).toBe(0);
  });
});
