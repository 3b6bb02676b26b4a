import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, createBackoff, jitter } from '../../../src/kubernetes/backoff.ts';

describe('backoffMs', () => {
  it('doubles its ceiling up to the longest wait', () => {
    const options = { minMs: 100, maxMs: 1_000, random: () => 1 };
    expect([1, 2, 3, 4, 5, 500].map((failures) => backoffMs(failures, options))).toEqual([
      200, 400, 800, 1_000, 1_000, 1_000,
    ]);
  });

  it('stays within its limits whatever the dice say', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, dice) => {
        const wait = backoffMs(failures, { minMs: 50, maxMs: 30_000, random: () => dice });
        expect(wait).toBeGreaterThanOrEqual(50);
        expect(wait).toBeLessThanOrEqual(30_000);
      }),
    );
  });

  it('never waits longer than the longest, even if that is under the least', () => {
    expect(backoffMs(3, { minMs: 50, maxMs: 20 })).toBe(20);
  });
});

describe('createBackoff', () => {
  it('counts, adds what the server asked for, and starts anew after a reset', () => {
    const backoff = createBackoff({ minMs: 100, maxMs: 1_000, random: () => 1 });
    expect([backoff.next(), backoff.next(5_000), backoff.failures]).toEqual([200, 5_400, 2]);
    backoff.reset();
    expect([backoff.failures, backoff.next()]).toEqual([0, 200]);
  });
});

it('jitter spreads to both sides', () => {
  expect([0, 0.5, 1].map((dice) => jitter(1_000, 0.1, () => dice))).toEqual([900, 1_000, 1_100]);
});
