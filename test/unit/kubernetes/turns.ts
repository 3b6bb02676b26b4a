import { vi } from 'vitest';
import type { Turn, TurnResult } from '../../../src/kubernetes/work-queue.ts';

export const BACKOFF = { minMs: 100, maxMs: 1_000 };

/** A handler whose turns are ended by hand, and what they were. */
export function byHand() {
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

/** Lets time go by, of which the clock is a fake. */
export const passing = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** The longest wait within the jitter, so that times are known. */
export const longest = { random: () => 1 };
