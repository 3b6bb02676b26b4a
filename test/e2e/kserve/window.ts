import { expect } from 'vitest';
import { waitFor } from '../../bed/index.ts';
import { failures, type MadeCall } from '../steady-calls.ts';

/** A look is rare enough to take nothing from the machine that LiteLLM needs. */
const LOOKS = { withinMs: 60_000, everyMs: 200 };
/** After LiteLLM has shown the changed row: calls that it had begun with the former one. */
const UNDER_WAY_MS = 3_000;
/** Far more than it takes (0.5 to 4 s were seen), and far less than where the row does not follow. */
const LONGEST_MS = 20_000;

/** Why calls may fail, and in what time alone. */
export interface Excuse {
  because: (call: MadeCall) => boolean;
  /** All was well until then, in milliseconds since 1970: see {@link lastBefore}. */
  from: number;
  /** When LiteLLM's row was seen with what follows; a call that began {@link UNDER_WAY_MS} later has no excuse. */
  movedAt: number;
}

/**
 * Waits until something has become so, beside what the test does meanwhile, and gives the last time at which it surely was not yet so: whatever
 * comes of it comes later.
 */
export function lastBefore(what: string, condition: () => Promise<boolean>): Promise<number> {
  let last: number | undefined;
  const look = async (): Promise<boolean> => {
    const at = Date.now();
    if (await condition()) return true;
    last = at;
    return false;
  };
  const found = waitFor(what, look, LOOKS).then(() => {
    if (last === undefined) throw new Error(`${what}: it was so from the beginning`);
    return last;
  });
  // It is told by whoever waits for it; a test that fails before leaves it alone.
  found.catch(() => undefined);
  return found;
}

/** Expects of calls that failed that they failed for the one reason, within one window, and that the last call did not. Gives the failed ones. */
export function expectOneWindow(made: readonly MadeCall[], { because, from, movedAt }: Excuse): MadeCall[] {
  const begin = made[0]?.at ?? 0;
  const failed = made.filter(({ status }) => status !== 200);
  const window = `from ${from - begin} to ${movedAt - begin} ms`;
  expect(failures(failed.filter((call) => !because(call)))).toEqual([]);
  const early = failed.filter(({ answeredAt }) => answeredAt < from);
  const late = failed.filter(({ at }) => at > movedAt + UNDER_WAY_MS);
  expect({ window, early: timesOf(early, begin), late: timesOf(late, begin) }).toEqual({ window, early: [], late: [] });
  expect(lengthOf(failed)).toBeLessThan(LONGEST_MS);
  expect(made.at(-1)?.status).toBe(200);
  return failed;
}

/** From the first of these calls to the last, in milliseconds. */
export function lengthOf(calls: readonly MadeCall[]): number {
  const times = calls.map(({ at }) => at);
  return times.length > 0 ? Math.max(...times) - Math.min(...times) : 0;
}

function timesOf(calls: readonly MadeCall[], begin: number): string[] {
  return calls.map(({ at, answeredAt }) => `${at - begin} to ${answeredAt - begin} ms`);
}
