import { backoffMs } from './backoff.ts';

/** In the order in which waiting keys are taken. */
const PRIORITIES = ['urgent', 'soon', 'bulk'] as const;

export type Priority = (typeof PRIORITIES)[number];

export interface Turn {
  /** The highest with which the key was added for this turn. */
  readonly priority: Priority;
  /** How many turns of this key failed in a row before this one. */
  readonly failures: number;
  /** Aborted by stop(), and by drain() when its time is over. */
  readonly signal: AbortSignal;
  /** As `signal`, and aborted too when the key is added with a higher priority: what this turn still waits for is better asked for anew. */
  readonly overtaken: AbortSignal;
}

/** `again: 'backoff'` is a failure without an error; `againInMs` is a success that wants another look later. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a wish has nothing to return
export type TurnResult = { again?: 'backoff' } | { againInMs: number } | void;

export interface WorkQueueOptions {
  /** How many keys are handled at a time. */
  workers: number;
  /**
   * A key of this priority is taken only while fewer than so many are in hand. By default as many as there are workers; with less, workers stay free
   * for what comes with a higher priority.
   */
  workersFor?: Partial<Record<Priority, number>>;
  /** Looks at one key as it is now. What it throws counts as a failure. */
  handle(key: string, turn: Turn): Promise<TurnResult>;
  /** Waiting times after failures, in milliseconds. */
  backoff: { minMs: number; maxMs: number };
  /** Told of each error thrown by `handle`, to log it; the queue itself is silent. */
  onError?(key: string, error: unknown, failures: number): void;
  random?: () => number;
  now?: () => number;
}

export interface WorkQueue {
  /**
   * Marks a key as to be looked at, by default `soon` and now. A key that waits is not added twice: it keeps the higher
   * priority and the earlier time. One that is in hand is looked at once more afterwards. `urgent` and `soon` without a delay
   * end a backoff, since somebody changed something; `bulk` and whatever is delayed do not.
   */
  add(key: string, options?: { priority?: Priority; delayMs?: number }): void;
  /** Keys that could be taken now, if a worker were free. */
  readonly depth: number;
  /** Keys that wait for their time, backing off or delayed. */
  readonly delayed: number;
  /** Keys that are being handled. */
  readonly inHand: number;
  isBackingOff(key: string): boolean;
  /** Resolves when nothing is in hand and nothing could be taken; keys that wait for their time do not count. */
  idle(): Promise<void>;
  /**
   * Takes no new key, drops those that wait and waits for those in hand; their signals are aborted after `deadlineMs`.
   *
   * @returns whether all ended in time.
   */
  drain(deadlineMs: number): Promise<boolean>;
  /** As drain, without waiting: the signals of those in hand are aborted at once. */
  stop(): void;
}

interface Waiting {
  priority: Priority;
  dueAt: number;
  backingOff: boolean;
  timer?: NodeJS.Timeout;
}

/** The longest time that a timer of Node takes. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * A queue of keys, each at most once in it and never in two hands at a time, in the manner of client-go's rate limited
 * queue, with priorities. In memory: what it holds is derived from the cluster and is marked anew after a start.
 */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const now = options.now ?? (() => performance.now());
  /** Each key that waits, for its time or for a worker. */
  const waiting = new Map<string, Waiting>();
  /** Those of them that wait for a worker only, in order of arrival. */
  const ready: Record<Priority, Set<string>> = { urgent: new Set(), soon: new Set(), bulk: new Set() };
  /** The keys in hand: with which priority they were taken, and how their turns are told that they are overtaken. */
  const inHand = new Map<string, { priority: Priority; overtaking: AbortController }>();
  /** Failures in a row, for keys that have some. */
  const failures = new Map<string, number>();
  const aborter = new AbortController();
  let idleWaiters: (() => void)[] = [];
  let closed = false;
  let scheduled = false;

  function add(key: string, { priority = 'soon', delayMs = 0 }: { priority?: Priority; delayMs?: number } = {}): void {
    if (closed) return;
    const present = waiting.get(key);
    if (delayMs <= 0 && priority !== 'bulk') {
      overtake(key, priority);
      // Whoever asks for it now knows of a change: the failures of the past say nothing about it.
      failures.delete(key);
      put(key, { priority: higher(priority, present?.priority), dueAt: now(), backingOff: false });
      return;
    }
    if (!present) {
      put(key, { priority, dueAt: now() + Math.max(0, delayMs), backingOff: false });
      return;
    }
    const dueAt = present.backingOff ? present.dueAt : Math.min(present.dueAt, now() + Math.max(0, delayMs));
    put(key, { priority: higher(priority, present.priority), dueAt, backingOff: present.backingOff });
  }

  function overtake(key: string, priority: Priority): void {
    const turn = inHand.get(key);
    if (turn && higher(turn.priority, priority) !== turn.priority) turn.overtaking.abort();
  }

  /** Makes this the one wait of the key. */
  function put(key: string, wait: Waiting): void {
    const present = waiting.get(key);
    clearTimeout(present?.timer);
    waiting.set(key, wait);
    if (inHand.has(key)) return;
    settle(key, wait);
  }

  /** Sorts a wait whose key is in no hand: ready now, or a timer. */
  function settle(key: string, wait: Waiting): void {
    const delay = wait.dueAt - now();
    if (delay <= 0) {
      wait.backingOff = false;
      if (ready[wait.priority].has(key)) return;
      forget(key);
      ready[wait.priority].add(key);
      schedule();
      return;
    }
    forget(key);
    wait.timer = setTimeout(() => settle(key, wait), Math.min(Math.ceil(delay), LONGEST_TIMER_MS));
  }

  function forget(key: string): void {
    for (const priority of PRIORITIES) ready[priority].delete(key);
  }

  /** The workers are given work from the loop, not from within add(): whoever adds is not entered again. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (!closed && takeOne());
      tellIdle();
    });
  }

  function takeOne(): boolean {
    for (const priority of PRIORITIES) {
      if (inHand.size >= Math.min(options.workers, options.workersFor?.[priority] ?? options.workers)) continue;
      for (const key of ready[priority]) {
        ready[priority].delete(key);
        waiting.delete(key);
        void work(key, priority);
        return true;
      }
    }
    return false;
  }

  async function work(key: string, priority: Priority): Promise<void> {
    const overtaking = new AbortController();
    inHand.set(key, { priority, overtaking });
    const signals = { signal: aborter.signal, overtaken: overtaking.signal };
    let result: TurnResult;
    try {
      result = await options.handle(key, { priority, failures: failures.get(key) ?? 0, ...signals });
    } catch (error) {
      report(key, error);
      result = { again: 'backoff' };
    }
    inHand.delete(key);
    if (!closed) finish(key, priority, result);
    schedule();
  }

  function report(key: string, error: unknown): void {
    if (aborter.signal.aborted) return;
    try {
      options.onError?.(key, error, (failures.get(key) ?? 0) + 1);
    } catch {
      // A listener that fails must not cost the key its next turn.
    }
  }

  function finish(key: string, priority: Priority, result: TurnResult): void {
    const added = waiting.get(key);
    if (result && 'again' in result && result.again === 'backoff') {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const changed = added && added.priority !== 'bulk' && added.dueAt <= now();
      if (changed) settle(key, added);
      else {
        const dueAt =
          now() + backoffMs(count, { ...options.backoff, ...(options.random && { random: options.random }) });
        put(key, { priority: higher(priority, added?.priority), dueAt, backingOff: true });
      }
      return;
    }
    failures.delete(key);
    if (result && 'againInMs' in result) add(key, { priority, delayMs: Math.max(1, result.againInMs) });
    else if (added) settle(key, added);
  }

  function depth(): number {
    return ready.urgent.size + ready.soon.size + ready.bulk.size;
  }

  function tellIdle(): void {
    if (scheduled || inHand.size > 0 || depth() > 0) return;
    const waiters = idleWaiters;
    idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      idleWaiters.push(resolve);
      schedule();
    });
  }

  function close(): void {
    closed = true;
    for (const wait of waiting.values()) clearTimeout(wait.timer);
    waiting.clear();
    for (const priority of PRIORITIES) ready[priority].clear();
  }

  async function drain(deadlineMs: number): Promise<boolean> {
    close();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), deadlineMs);
    });
    const inTime = await Promise.race([idle().then(() => true), late]);
    clearTimeout(timer);
    if (!inTime) abort();
    return inTime;
  }

  function abort(): void {
    aborter.abort();
    for (const { overtaking } of inHand.values()) overtaking.abort();
  }

  return {
    add,
    get depth() {
      return depth();
    },
    get delayed() {
      const again = [...inHand.keys()].filter((key) => waiting.has(key)).length;
      return waiting.size - again - depth();
    },
    get inHand() {
      return inHand.size;
    },
    isBackingOff: (key) => waiting.get(key)?.backingOff ?? false,
    idle,
    drain,
    stop() {
      close();
      abort();
    },
  };
}

function higher(one: Priority, other: Priority | undefined): Priority {
  if (other === undefined) return one;
  return PRIORITIES.indexOf(one) <= PRIORITIES.indexOf(other) ? one : other;
}
