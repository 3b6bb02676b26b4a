import { z } from 'zod';
import { backoffMs } from './backoff.ts';
import type { Connection } from './connection.ts';
import { isPassing, KubernetesError } from './errors.ts';
import { type EventToRecord, eventName, eventObject, timestamp } from './event-object.ts';
import type { Log } from './log.ts';
import { pause } from './wait.ts';

export interface EventRecorderOptions {
  connection: Connection;
  /** Who reports: the program's name. */
  component: string;
  /** Which of its copies: the pod's name. */
  instance: string;
  log: Log;
  settings?: Partial<EventSettings>;
}

/** Times in milliseconds. */
export interface EventSettings {
  /** How many Events may wait to be written; beyond it the oldest is dropped. */
  backlog: number;
  /** How many Events are remembered, so that a repetition costs one call. */
  remembered: number;
  /** How often one Event is tried, all in all. */
  attempts: number;
  backoffMinMs: number;
  backoffMaxMs: number;
}

export interface EventRecorder {
  /** Notes an Event down to be written soon. Never throws. The same as one that still waits only raises its count. */
  record(event: EventToRecord): void;
  /** Resolves when all noted down so far is written or given up, or after `deadlineMs`. */
  flush(deadlineMs?: number): Promise<void>;
  /** Drops what waits, and ends. */
  stop(): void;
  /** Events that were noted down and never written. */
  readonly dropped: number;
}

const DEFAULTS: EventSettings = {
  backlog: 2_000,
  remembered: 5_000,
  attempts: 5,
  backoffMinMs: 500,
  backoffMaxMs: 30_000,
};

interface Waiting {
  event: EventToRecord;
  count: number;
  first: Date;
  last: Date;
}

const counted = z.object({ count: z.number().int().min(0).default(0) });

/**
 * Writes core/v1 Events onto objects, as `kubectl describe` shows them. An Event has a name that follows from what it says:
 * a repetition patches the count of the one that is there, also after a restart. Only the rights to create and to patch are
 * used. It works in the background, one call at a time, and never disturbs who records.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { connection, component, instance, log } = options;
  const settings: EventSettings = { ...DEFAULTS, ...options.settings };
  const stopping = new AbortController();
  /** By namespace and name of the Event, in order of arrival. */
  const backlog = new Map<string, Waiting>();
  /** The count that each Event has, as far as we know; the longest unused first. */
  const counts = new Map<string, number>();
  /** Reasons of which a refusal was logged. */
  const refused = new Set<string>();
  let dropped = 0;
  let working: Promise<void> | undefined;

  function record(event: EventToRecord): void {
    if (stopping.signal.aborted) return;
    const key = `${event.involved.namespace}/${eventName(event)}`;
    const now = new Date();
    const waiting = backlog.get(key);
    if (waiting) {
      waiting.count += 1;
      waiting.last = now;
      return;
    }
    backlog.set(key, { event, count: 1, first: now, last: now });
    if (backlog.size > settings.backlog) dropOldest();
    working ??= work();
  }

  function dropOldest(): void {
    for (const key of backlog.keys()) {
      backlog.delete(key);
      break;
    }
    dropped += 1;
    log.warn({ dropped, backlog: settings.backlog }, 'Too many Events wait to be written; the oldest is dropped');
  }

  async function work(): Promise<void> {
    // Whoever records goes on first, and may repeat itself at no cost.
    await Promise.resolve();
    for (const [key, waiting] of backlog) {
      if (stopping.signal.aborted) return;
      backlog.delete(key);
      await write(key, waiting);
    }
    // In the same turn in which the backlog was found empty, so that the next record() starts it anew.
    working = undefined;
  }

  /** Never throws. */
  async function write(key: string, waiting: Waiting): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        await put(key, waiting);
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!isPassing(error) || attempt >= settings.attempts) {
          giveUp(waiting, error);
          return;
        }
        const asked = error instanceof KubernetesError ? (error.retryAfterMs ?? 0) : 0;
        const wait = backoffMs(attempt, { minMs: settings.backoffMinMs, maxMs: settings.backoffMaxMs });
        await pause(asked + wait, stopping.signal);
      }
    }
  }

  function giveUp({ event, count }: Waiting, error: unknown): void {
    dropped += count;
    const code = error instanceof KubernetesError ? error.code : 'unknown';
    const { namespace, name, kind } = event.involved;
    const fields = { kind, object: `${namespace}/${name}`, reason: event.reason, code };
    if (code !== 'forbidden') {
      log.warn(
        { ...fields, ...(error instanceof Error && { detail: error.message }) },
        'An Event could not be written',
      );
      return;
    }
    if (refused.has(event.reason)) return;
    refused.add(event.reason);
    log.warn(
      fields,
      'An Event could not be written: grant this user the verbs create and patch on events (core group) in the namespace of the object; further refusals for this reason are not logged',
    );
  }

  async function put(key: string, waiting: Waiting): Promise<void> {
    const known = counts.get(key);
    if (known !== undefined) {
      if (await raise(key, waiting, known)) return;
      counts.delete(key);
    }
    try {
      await create(key, waiting);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.code !== 'already-exists') throw error;
      await join(key, waiting);
    }
  }

  async function create(key: string, { event, count, first, last }: Waiting): Promise<void> {
    await connection.request({
      method: 'POST',
      path: eventsPath(event),
      body: eventObject(event, { component, instance }, { first, last, count }),
      signal: stopping.signal,
    });
    remember(key, count);
  }

  /** An earlier life of ours made it. The answer to a first patch tells its count, since we may not read Events. */
  async function join(key: string, waiting: Waiting): Promise<void> {
    const answer = await patch(waiting, {});
    const count = counted.safeParse(answer).data?.count ?? 0;
    if (!(await raise(key, waiting, count))) await create(key, waiting);
  }

  /** Whether the Event was there: it is gone an hour after it was last written. */
  async function raise(key: string, waiting: Waiting, known: number): Promise<boolean> {
    const count = known + waiting.count;
    try {
      await patch(waiting, { count });
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 'not-found') return false;
      throw error;
    }
    remember(key, count);
    return true;
  }

  function patch({ event, last }: Waiting, change: { count?: number }): Promise<unknown> {
    return connection.request({
      method: 'PATCH',
      path: `${eventsPath(event)}/${encodeURIComponent(eventName(event))}`,
      contentType: 'application/merge-patch+json',
      body: { ...change, lastTimestamp: timestamp(last) },
      signal: stopping.signal,
    });
  }

  function remember(key: string, count: number): void {
    counts.delete(key);
    counts.set(key, count);
    if (counts.size <= settings.remembered) return;
    for (const oldest of counts.keys()) {
      counts.delete(oldest);
      return;
    }
  }

  return {
    record,
    async flush(deadlineMs) {
      if (!working) return;
      if (deadlineMs === undefined) await working;
      else await Promise.race([working, pause(deadlineMs, stopping.signal)]);
    },
    stop() {
      stopping.abort();
      backlog.clear();
    },
    get dropped() {
      return dropped;
    },
  };
}

function eventsPath({ involved }: EventToRecord): string {
  return `/api/v1/namespaces/${encodeURIComponent(involved.namespace)}/events`;
}
