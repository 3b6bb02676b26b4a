import { setTimeout as wait } from 'node:timers/promises';
import { createTimeSlice, yieldToLoop } from '../json/index.ts';
import { createWorkQueue, type Turn, type TurnResult, type WorkQueue } from '../kubernetes/index.ts';
import type { Gate } from '../litellm/index.ts';
import { type Judgement, sourceKey } from '../registration/index.ts';
import { type Check, createChecks } from './checks.ts';
import type { Engine, Outcome } from './engine.ts';
import { describeError, isNotLeader, Outdated } from './failures.ts';
import type { Meaning } from './observer.ts';
import type { Report } from './report.ts';

/** Objects that are looked at at a time. */
const WORKERS = 16;

/** What was begun by one who may not write just now is looked at again after so many of the shortest waits: the API server may be away for long. */
const NOT_LEADING_WAITS = 5;

/** How long what is inferred to be gone waits for more of its kind, in milliseconds: it is judged as one set. */
const GATHERING_MS = 250;

/** How often the Secrets that objects name are read, and that at most one is read in so much time: there may be thousands. In milliseconds. */
const KEYS_EVERY_MS = 4_000;
const A_KEY_EVERY_MS = 40;

/**
 * Half of the workers let look-ups of names run ahead of the one writer. Since most of them wait for it, the others stay free: a deletion is looked at at
 * once, whatever else there is to do.
 */
const WORKERS_FOR = { soon: 12, bulk: 8 };

/** What a watch told about one object. */
export interface SourceChange {
  kind: string;
  namespace: string;
  name: string;
  /** What the change comes to. */
  meaning: Meaning;
}

export interface LoopOptions {
  engine: Engine;
  report: Report;
  gate: Gate;
  /** Resolves when each source was read once, or is known to be absent or forbidden. */
  sourcesSettled: Promise<unknown>;
  /** What has not been read yet, for people. */
  unsettled: () => string[];
  resyncMs: number;
  backoff: { minMs: number; maxMs: number };
  /** How long writes in hand may go on after the signal, in milliseconds. */
  drainMs: number;
  log: {
    debug(fields: object, message: string): void;
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Told when an object's model became visible, with the seconds since the event that asked for it. */
  becameVisible: (seconds: number) => void;
  /** Told of each judgement of what is inferred to be gone. */
  judged: (judgement: Judgement) => void;
}

/** The controller's loop. */
export interface Loop {
  /** To be told of every change that a watch brings. */
  changed(change: SourceChange): void;
  /** Runs until the signal is aborted, and ends when what was in hand is done. @returns false where it was cut off */
  run(signal: AbortSignal): Promise<boolean>;
  ready: () => Check;
  live: () => Check;
  readonly depth: number;
}

/**
 * Level-triggered: a change only marks a key, a worker looks at the object as it is then. Every `resyncMs` LiteLLM's list is read once
 * for all objects, and only keys with something to do are marked.
 */
export function createLoop(options: LoopOptions): Loop {
  const { engine, report, gate, resyncMs, log } = options;
  /** By key: when the first change was told that has not been dealt with yet. */
  const dirtySince = new Map<string, number>();
  let queue: WorkQueue | undefined;
  let lastTurn = performance.now();
  /** Whether LiteLLM's list could not be read the last time. */
  let isAway = false;
  let gathering: NodeJS.Timeout | undefined;
  /** Keys that wait for a judgement. */
  const unjudged = new Set<string>();

  function changed({ kind, namespace, name, meaning }: SourceChange): void {
    // An object whose status is busy with what does not concern us is left alone, and so is its backoff.
    if (!queue || meaning === 'same') return;
    const key = sourceKey({ kind, namespace, name });
    if (!dirtySince.has(key)) dirtySince.set(key, performance.now());
    queue.add(key, { priority: meaning === 'leaving' ? 'urgent' : 'soon' });
  }

  async function run(signal: AbortSignal): Promise<boolean> {
    await untilRead(signal);
    await Promise.race([options.sourcesSettled, aborted(signal)]);
    await readKeys(signal);
    if (signal.aborted) return true;
    queue = createWorkQueue({ workers: WORKERS, workersFor: WORKERS_FOR, handle, backoff: options.backoff, onError });
    const keys = engine.keys();
    await review(keys, signal).catch(unexpected);
    log.info({ objects: keys.length }, 'in step from here on');
    await Promise.all([resync(signal), followKeys(signal)]);
    clearTimeout(gathering);
    const drained = await queue.drain(options.drainMs);
    if (!drained) log.warn({}, 'writes in hand were cut off');
    return drained;
  }

  /** LiteLLM's list is read before anything is decided; a LiteLLM that is down is waited for. */
  async function untilRead(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await refresh(signal)))
      await pause(Math.max(gate.waitMs(), options.backoff.minMs), signal);
  }

  async function resync(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(resyncMs, signal);
      if (signal.aborted) return;
      await lookAtAll(signal).catch(unexpected);
    }
  }

  async function lookAtAll(signal: AbortSignal): Promise<void> {
    const wasAway = isAway;
    const [read] = await Promise.all([refresh(signal), readKeys(signal)]);
    if (read && !signal.aborted) await review(engine.keys(), signal, wasAway);
  }

  /** A key that was rotated is waited for, while its backend refuses calls. */
  async function followKeys(signal: AbortSignal): Promise<void> {
    let count = 0;
    while (!signal.aborted) {
      await pause(Math.max(KEYS_EVERY_MS, count * A_KEY_EVERY_MS), signal);
      if (signal.aborted) return;
      count = (await readKeys(signal).catch(unexpected)) ?? count;
    }
  }

  /** A slow API server must not hold up all objects: a Secret that was not read in time keeps its last reading. @returns how many there are */
  async function readKeys(signal: AbortSignal): Promise<number> {
    const limit = AbortSignal.timeout(Math.max(1, Math.round(resyncMs / 2)));
    const { changed, count } = await engine.readKeys(AbortSignal.any([signal, limit]));
    for (const key of changed) queue?.add(key, { priority: 'soon' });
    return count;
  }

  async function refresh(signal: AbortSignal): Promise<boolean> {
    lastTurn = performance.now();
    try {
      await engine.refresh(signal);
      isAway = false;
      return true;
    } catch (error) {
      isAway = true;
      if (!signal.aborted) log.warn({ error: describeError(error) }, 'LiteLLM’s list could not be read');
      return false;
    }
  }

  /**
   * Marks the keys with something to do; of the others, what stays wrong is told. Where LiteLLM was away until now, what failed meanwhile is no reason to
   * wait any longer.
   */
  async function review(keys: string[], signal: AbortSignal, wasAway = false): Promise<void> {
    report.retain(new Set(keys));
    await judge(signal);
    const sliceIsOver = createTimeSlice();
    for (const key of keys) {
      // There may be twenty thousand.
      if (sliceIsOver()) await yieldToLoop();
      if (signal.aborted) return;
      try {
        reviewOne(key, wasAway);
      } catch (error) {
        // What nobody expects of one object keeps none of the others waiting.
        onError(key, error);
      }
    }
  }

  function reviewOne(key: string, wasAway: boolean): void {
    const decision = engine.consider(key);
    if (!decision) return;
    const { changes, dueAt } = decision.plan;
    if (changes.length > 0) {
      queue?.add(key, { priority: wasAway && queue.isBackingOff(key) ? 'soon' : 'bulk' });
      return;
    }
    report.tell({ key, decision, applied: [], gated: false });
    if (dueAt !== undefined) queue?.add(key, { priority: 'bulk', delayMs: dueAt - Date.now() });
  }

  /** What is inferred to be gone goes as one set, or stays as one. */
  async function judge(signal: AbortSignal): Promise<void> {
    const judgement = await engine.judge(signal);
    if (signal.aborted) return;
    options.judged(judgement);
    for (const key of unjudged) queue?.add(key, { priority: 'soon' });
    unjudged.clear();
  }

  function judgeGathered(signal: AbortSignal): void {
    gathering = undefined;
    judge(signal).catch(unexpected);
  }

  async function handle(key: string, turn: Turn): Promise<TurnResult> {
    const urgency = turn.priority === 'bulk' ? 'bulk' : 'prompt';
    const outcome = await engine.reconcile(key, urgency, turn.signal, turn.overtaken);
    if (!outcome) {
      dirtySince.delete(key);
      return;
    }
    if (turn.signal.aborted && outcome.error) return;
    if (outcome.unjudged) {
      unjudged.add(key);
      gathering ??= setTimeout(judgeGathered, GATHERING_MS, turn.signal);
      return { again: 'backoff' };
    }
    if (outcome.error && !outcome.gated) tellFailure(key, outcome.error);
    // It is in the queue again already, further ahead.
    const overtaken = outcome.gated && turn.overtaken.aborted;
    if (!overtaken || outcome.applied.length > 0) report.tell(outcome);
    noteVisible(key, outcome);
    if (overtaken) return;
    // It ends with this process, or as soon as its Lease can be renewed: no waits that grow.
    if (isNotLeader(outcome.error))
      return { againInMs: NOT_LEADING_WAITS * options.backoff.minMs * (1 + Math.random()) };
    if (outcome.error instanceof Outdated) return { againInMs: options.backoff.minMs };
    if (outcome.gated) return { againInMs: gate.waitMs() * (1 + Math.random() / 4) + 1 };
    if (outcome.error || outcome.applied.some(({ result }) => result === 'saved' || result === 'kept'))
      return { again: 'backoff' };
    dirtySince.delete(key);
    const { dueAt } = outcome.decision.plan;
    if (dueAt !== undefined) return { againInMs: Math.max(1, dueAt - Date.now()) };
  }

  function tellFailure(key: string, error: unknown): void {
    const described = describeError(error);
    if (described.code === 'internal') onError(key, error);
    else log.warn({ source: key, error: described }, 'an object could not be brought in step');
  }

  function noteVisible(key: string, { applied }: Outcome): void {
    const since = dirtySince.get(key);
    if (since === undefined || !applied.some(({ change, result }) => change.kind === 'create' && result === 'live'))
      return;
    options.becameVisible((performance.now() - since) / 1000);
  }

  function onError(key: string, error: unknown): void {
    log.error({ source: key, err: error }, 'an unexpected error');
  }

  /** Told, and tried again with the next turn. */
  function unexpected(error: unknown): undefined {
    log.error({ err: error }, 'an unexpected error');
  }

  const { ready, live } = createChecks({
    gate,
    resyncMs,
    unsettled: options.unsettled,
    isWorking: () => queue !== undefined,
    lastTurn: () => lastTurn,
  });

  return {
    changed,
    run,
    ready,
    live,
    get depth() {
      return queue?.depth ?? 0;
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
