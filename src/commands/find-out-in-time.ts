import { setTimeout as wait } from 'node:timers/promises';
import type { Backends } from '../backends/index.ts';

/** It is one call for each new model, and a server may hang. In milliseconds. */
const LIMIT_MS = 60_000;

const LATE = 'what some models of backends can do (probe) was not found out in time: run it again';

/** Waits until it was found out what models can do, so long and no longer. @returns what to say where that was too short: those models wait for the next pass */
export async function findOutInTime({ findOut }: Pick<Backends, 'findOut'>, limitMs = LIMIT_MS): Promise<string[]> {
  const done = new AbortController();
  const late = wait(limitMs, [LATE], { signal: done.signal });
  try {
    return await Promise.race([findOut().then(() => []), late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}
