import { setTimeout as pause } from 'node:timers/promises';
import { BedError } from './errors.ts';

export interface WaitOptions {
  /** The deadline, in milliseconds. Default 30 000. */
  withinMs?: number;
  /** Time between two looks, in milliseconds. Default 50. */
  everyMs?: number;
}

/**
 * Looks again and again until `check` gives something truthy, and returns that. A `check` that throws counts as "not yet".
 * Throws BedError `timeout` at the deadline, naming `what` and the last error.
 */
export async function waitFor<T>(
  what: string,
  check: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<NonNullable<T>> {
  const { withinMs = 30_000, everyMs = 50 } = options;
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const seen = await check();
      if (seen) return seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const why = last instanceof Error ? ` The last error: ${last.message}` : '';
      throw new BedError('timeout', `Waited ${withinMs / 1000} s in vain: ${what}.${why}`, { cause: last });
    }
    await pause(everyMs);
  }
}
