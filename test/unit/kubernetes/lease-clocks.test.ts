import { describe, expect, it } from 'vitest';
import type { LeaseRecord } from '../../../src/kubernetes/lease.ts';
import { createObservation, createTenure, momentOf } from '../../../src/kubernetes/lease-clocks.ts';

/** Two clocks that are set by hand. */
function hands() {
  const at = { monotonic: 1_000, wall: 1_700_000_000_000 };
  const clocks = { monotonic: () => at.monotonic, wall: () => at.wall };
  const pass = (ms: number): void => {
    at.monotonic += ms;
    at.wall += ms;
  };
  return { at, clocks, pass };
}

function record(more: Partial<LeaseRecord> = {}): LeaseRecord {
  return { holder: 'other', durationMs: 15_000, transitions: 0, renewTime: '2026-01-01T00:00:00.000000Z', ...more };
}

describe('the tenure', () => {
  it('lasts from the sending of the last renewal until the deadline', () => {
    const { clocks, pass } = hands();
    const tenure = createTenure(10_000, clocks);
    expect(tenure.holds()).toBe(false);
    const sent = momentOf(clocks);
    pass(4_000);
    tenure.renewed(sent);
    pass(5_999);
    expect(tenure.holds()).toBe(true);
    pass(1);
    expect(tenure.holds()).toBe(false);
  });

  it('is over when the machine was suspended, though the monotonic clock stood still', () => {
    const { at, clocks } = hands();
    const tenure = createTenure(10_000, clocks);
    tenure.renewed(momentOf(clocks));
    at.wall += 60_000;
    expect([tenure.holds(), tenure.silentMs()]).toEqual([false, 0]);
  });

  it('is not made longer by a wall clock that is set back', () => {
    const { at, clocks } = hands();
    const tenure = createTenure(10_000, clocks);
    tenure.renewed(momentOf(clocks));
    at.wall -= 3_600_000;
    at.monotonic += 10_000;
    expect(tenure.holds()).toBe(false);
  });

  it('ends at once when it is ended', () => {
    const { clocks } = hands();
    const tenure = createTenure(10_000, clocks);
    tenure.renewed(momentOf(clocks));
    tenure.end();
    expect(tenure.holds()).toBe(false);
  });
});

describe('the observation of a Lease', () => {
  it('finds one free that is not there, or that nobody holds', () => {
    const observation = createObservation(hands().clocks);
    expect(observation.isFree()).toBe(true);
    observation.see(undefined);
    expect(observation.isFree()).toBe(true);
    observation.see(record({ holder: '' }));
    expect(observation.isFree()).toBe(true);
  });

  it('finds one free when it has not changed for as long as it says itself', () => {
    const { clocks, pass } = hands();
    const observation = createObservation(clocks);
    observation.see(record({ durationMs: 40_000 }));
    pass(40_000);
    observation.see(record({ durationMs: 40_000 }));
    expect(observation.isFree()).toBe(false);
    pass(1);
    expect(observation.isFree()).toBe(true);
  });

  it('begins anew with each change', () => {
    const { clocks, pass } = hands();
    const observation = createObservation(clocks);
    observation.see(record());
    pass(14_000);
    observation.see(record({ renewTime: '2026-01-01T00:00:02.000000Z' }));
    pass(14_000);
    expect(observation.isFree()).toBe(false);
  });

  it.each(['1990-01-01T00:00:00.000000Z', '2090-01-01T00:00:00.000000Z', undefined])(
    'does not care for the time in it, which is another machine’s: %s',
    (renewTime) => {
      const { at, clocks } = hands();
      const observation = createObservation(clocks);
      observation.see(record({ renewTime }));
      at.wall += 3_600_000;
      expect(observation.isFree()).toBe(false);
      at.monotonic += 15_001;
      expect(observation.isFree()).toBe(true);
    },
  );

  it('leaves the holder of one that was deleted the time to make it anew', () => {
    const { clocks, pass } = hands();
    const observation = createObservation(clocks);
    observation.see(record());
    pass(10_000);
    observation.see(undefined);
    expect(observation.isFree()).toBe(false);
    pass(5_001);
    expect(observation.isFree()).toBe(true);
  });
});
