export interface Backoff {
  /** How many times in a row it was asked since the last reset. */
  readonly failures: number;
  /**
   * The next waiting time in milliseconds: between nothing and a ceiling that doubles each time (full jitter: many clients
   * that fail together then come back apart), never under `minMs`.
   *
   * @param atLeastMs what the server asked for (Retry-After): the answer is never shorter.
   */
  next(atLeastMs?: number): number;
  reset(): void;
}

/** Exponential backoff with full jitter. `random` gives numbers from 0 up to 1. */
export function createBackoff(options: { minMs: number; maxMs: number; random?: () => number }): Backoff {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    next(atLeastMs = 0) {
      failures += 1;
      return atLeastMs + backoffMs(failures, options);
    },
    reset() {
      failures = 0;
    },
  };
}

/**
 * The waiting time after the `failures`th failure in a row, in milliseconds: at random between `minMs` and
 * `minMs * 2^failures`, at most `maxMs`.
 */
export function backoffMs(failures: number, options: { minMs: number; maxMs: number; random?: () => number }): number {
  const ceiling = Math.min(options.maxMs, options.minMs * 2 ** Math.min(failures, 40));
  const span = Math.max(0, ceiling - options.minMs);
  return Math.min(options.maxMs, options.minMs + (options.random ?? Math.random)() * span);
}

/** The value give or take a share of it (0.1 = ten per cent), so that many clients do not act in step. */
export function jitter(ms: number, share: number, random: () => number = Math.random): number {
  return ms * (1 + share * (2 * random() - 1));
}
