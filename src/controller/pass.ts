import { setTimeout as wait } from 'node:timers/promises';
import type { Gate } from '../litellm/index.ts';
import type { Engine, Outcome } from './engine.ts';

/** How often an object is looked at in one pass, where it asks for another look. */
const MAX_LOOKS = 4;

/** Objects that are looked at at a time. */
const WORKERS = 16;

export interface PassOptions {
  engine: Engine;
  /** Longest wait for another look that an object asked for, in milliseconds; what takes longer is left to the next pass. */
  patienceMs: number;
  tell: (outcome: Outcome) => void;
  /** Of LiteLLM: while it is closed nothing can be done. */
  gate: Pick<Gate, 'waitMs'>;
  /** Longest time without one write for which it is waited for, in milliseconds. */
  awayMs: number;
  /** Told when it begins to be waited for. */
  waits?: () => void;
}

/** Brings every object in step once, as `run` would. @returns the last outcome of each object. */
export async function onePass(options: PassOptions): Promise<Outcome[]> {
  const { engine, tell } = options;
  const untilOpen = createWait(options);
  const keys = engine.keys();
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) {
      const outcome = await untilDone(options, key, untilOpen);
      if (!outcome) continue;
      tell(outcome);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return outcomes;
}

async function untilDone(
  { engine, patienceMs }: PassOptions,
  key: string,
  untilOpen: (outcome: Outcome) => Promise<boolean>,
): Promise<Outcome | undefined> {
  const applied: Outcome['applied'] = [];
  let looks = 0;
  for (;;) {
    const outcome = await engine.reconcile(key, 'bulk');
    if (!outcome) return undefined;
    applied.push(...outcome.applied);
    if (await untilOpen(outcome)) continue;
    looks += 1;
    const delayMs = (outcome.decision.plan.dueAt ?? Number.POSITIVE_INFINITY) - Date.now();
    const isLast = outcome.error !== undefined || outcome.gated || delayMs > patienceMs || looks === MAX_LOOKS;
    if (isLast) return { ...outcome, applied };
    await wait(Math.max(1, delayMs));
  }
}

/** Waits where LiteLLM as a whole does not work. @returns whether what was not tried, or found that out, is to be tried again */
function createWait({ gate, awayMs, waits }: PassOptions): (outcome: Outcome) => Promise<boolean> {
  let awaySince: number | undefined;
  return async ({ applied, error, gated }) => {
    if (applied.length > 0) awaySince = undefined;
    const waitMs = gate.waitMs();
    if (!gated && (error === undefined || waitMs === 0)) return false;
    if (awaySince === undefined) waits?.();
    awaySince ??= performance.now();
    if (performance.now() - awaySince + waitMs > awayMs) return false;
    // A little later than the way opens: one of many goes ahead then, and finds out for all.
    await wait(waitMs * (1 + Math.random() / 4) + 20);
    return true;
  };
}
