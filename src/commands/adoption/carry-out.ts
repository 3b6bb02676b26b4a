import { setTimeout as wait } from 'node:timers/promises';
import { describeError, type Engine, type Outcome } from '../../controller/index.ts';
import type { Gate, Registry } from '../../litellm/index.ts';
import { isHalfBlocked, sourceKey } from '../../registration/index.ts';
import type { Intent } from './intend.ts';

/** How often a step is tried that fails. */
const TRIES = 5;

/** How often what waits is looked at again, once it is due. */
const ROUNDS = 5;

const PAUSE_MS = 1_000;

export interface CarryOutOptions {
  engine: Engine;
  registry: Registry;
  gate: Gate;
  intents: readonly Intent[];
  /** A line for people. */
  tell: (line: string) => void;
  /** Waits so long, in milliseconds; rejects when the signal is aborted. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends it between two steps: a later run goes on. */
  signal: AbortSignal;
}

/** A takeover that is not through: theirs stands, with or without ours beside it. */
export interface Unfinished {
  intent: Intent;
  why: string;
}

/**
 * Makes ours beside theirs, waits until every replica of LiteLLM knows them, and takes theirs away: `run` would do the same.
 *
 * @returns what could not be finished
 * @throws the signal's reason
 */
export async function carryOut(options: CarryOutOptions): Promise<Unfinished[]> {
  const { engine, registry, intents, tell, signal } = options;
  const outcomes = new Map<string, Outcome | undefined>();
  const keys = new Set(intents.map(({ source }) => sourceKey(source)));

  async function look(key: string): Promise<void> {
    const outcome = await reconcile(key, options);
    outcomes.set(key, outcome);
    for (const { change, result } of outcome?.applied ?? []) {
      const { publicName, id } = 'entry' in change ? change.entry : change.record;
      if (change.kind === 'create') tell(`+ ${publicName}: ${id} stands beside what it takes over`);
      else if (change.kind === 'update') tell(`~ ${publicName}: ${id} is brought in step`);
      else if (result === 'deleted') tell(`- ${publicName}: ${id} is gone`);
    }
  }

  for (const key of keys) await look(key);
  for (let round = 0; round < ROUNDS; round += 1) {
    const left = [...keys].filter((key) =>
      intents.some((one) => sourceKey(one.source) === key && stands(one, registry)),
    );
    if (left.length === 0) return [];
    const due = left.map((key) => outcomes.get(key)?.decision.plan.dueAt ?? 0);
    const waitMs = Math.max(0, ...due) - Date.now();
    await options.pause(Math.max(waitMs, round === 0 ? 0 : PAUSE_MS), signal);
    // What became of the rows, and whether each object still serves, is looked at anew before anything goes.
    await tried(() => engine.refresh(signal), signal);
    await engine.readKeys(signal);
    for (const key of left) await look(key);
  }
  return intents.flatMap((intent) =>
    stands(intent, registry) ? [{ intent, why: whyOf(intent, outcomes, options) }] : [],
  );
}

/** True while one of theirs is there. */
function stands({ rows }: Intent, registry: Registry): boolean {
  return rows.some(({ id }) => registry.hasId(id));
}

async function reconcile(key: string, { engine, gate, signal, pause }: CarryOutOptions): Promise<Outcome | undefined> {
  const applied: Outcome['applied'] = [];
  for (let tries = 1; ; tries += 1) {
    const outcome = await engine.reconcile(key, 'prompt', signal);
    applied.push(...(outcome?.applied ?? []));
    if (!outcome || (!outcome.error && !outcome.gated) || tries === TRIES) return outcome && { ...outcome, applied };
    signal.throwIfAborted();
    await pause(Math.max(gate.waitMs(), PAUSE_MS), signal);
  }
}

async function tried(call: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries === TRIES || signal.aborted) throw error;
      await wait(PAUSE_MS, undefined, { signal });
    }
  }
}

function whyOf(
  { source, name, rows }: Intent,
  outcomes: ReadonlyMap<string, Outcome | undefined>,
  { gate, registry }: CarryOutOptions,
): string {
  const outcome = outcomes.get(sourceKey(source));
  if (!outcome) return `${sourceKey(source)} cannot be read any more`;
  if (outcome.gated && gate.trouble) return gate.trouble.message;
  if (outcome.error !== undefined) return describeError(outcome.error).message;
  const left = registry.underName(name).filter(({ id }) => rows.some((row) => row.id === id));
  if (isHalfBlocked(left)) return 'one of its rows was blocked or unblocked meanwhile: do the same to all of them';
  const { problems, why, plan } = outcome.decision;
  if (plan.changes.some(({ kind }) => kind === 'update')) return 'LiteLLM does not keep what is written to the new row';
  if (plan.changes.length > 0 || plan.dueAt !== undefined) return 'LiteLLM does not serve the new row yet';
  return problems[0]?.message ?? why ?? 'the object does not serve any more';
}
