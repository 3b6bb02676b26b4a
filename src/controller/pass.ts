import { setTimeout as wait } from 'node:timers/promises';
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
}

/** Brings every object in step once, as `run` would. @returns the last outcome of each object. */
export async function onePass({ engine, patienceMs, tell }: PassOptions): Promise<Outcome[]> {
  const keys = engine.keys();
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) {
      const outcome = await untilDone(engine, key, patienceMs);
      if (!outcome) continue;
      tell(outcome);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return outcomes;
}

async function untilDone(engine: Engine, key: string, patienceMs: number): Promise<Outcome | undefined> {
  const applied: Outcome['applied'] = [];
  let outcome = await engine.reconcile(key, 'bulk');
  for (let looks = 1; looks < MAX_LOOKS && outcome && !outcome.error && !outcome.gated; looks += 1) {
    applied.push(...outcome.applied);
    const { dueAt } = outcome.decision.plan;
    const delayMs = dueAt === undefined ? Number.POSITIVE_INFINITY : dueAt - Date.now();
    if (delayMs > patienceMs) return { ...outcome, applied };
    await wait(Math.max(1, delayMs));
    outcome = await engine.reconcile(key, 'bulk');
  }
  return outcome && { ...outcome, applied: [...applied, ...outcome.applied] };
}
