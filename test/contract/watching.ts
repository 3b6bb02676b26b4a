import { createInterface } from 'node:readline';
import { request } from 'undici';
import { vi } from 'vitest';
import { type Fields, fieldsAt, parseFields } from '../../src/sandbox/fields.ts';
import type { Endpoint } from './http.ts';

/** An event of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: Fields;
}

/** A watch that notes what it gets. */
export interface Watching {
  readonly status: number;
  readonly events: readonly WatchEvent[];
  /** The names of the objects and what happened to them, such as `ADDED a`; without bookmarks. */
  summary(): readonly string[];
  /** Waits until the events are as wanted. Fails after ten seconds unless told. */
  until(isDone: (watching: Watching) => boolean, milliseconds?: number): Promise<void>;
  /** Waits until it is over, and says how it ended. */
  ended(): Promise<'cleanly' | 'broken'>;
  stop(): void;
}

/** Opens a watch, and returns when the server has answered. */
export async function watch(endpoint: Endpoint, path: string, query: Record<string, string>): Promise<Watching> {
  const search = new URLSearchParams({ watch: '1', ...query });
  const { statusCode, body } = await request(`${endpoint.url}${path}?${search.toString()}`, {
    headers: endpoint.token === undefined ? {} : { authorization: `Bearer ${endpoint.token}` },
    ...(endpoint.dispatcher ? { dispatcher: endpoint.dispatcher } : {}),
  });
  const events: WatchEvent[] = [];
  const lines = createInterface({ input: body });
  const { promise: ended, resolve } = Promise.withResolvers<'cleanly' | 'broken'>();
  lines.once('close', () => resolve('cleanly'));
  // A stopped watch ends with an error of its connection, which is what was asked for.
  for (const emitter of [body, lines]) emitter.on('error', () => resolve('broken'));
  lines.on('line', (line) => {
    const { type, object } = parseFields(line) ?? {};
    events.push({ type: String(type), object: fieldsAt({ object }, 'object') });
  });
  const watching: Watching = {
    status: statusCode,
    events,
    summary: () =>
      events
        .filter(({ type }) => type !== 'BOOKMARK')
        .map(({ type, object }) => `${type} ${String(fieldsAt(object, 'metadata').name)}`),
    until: (isDone, milliseconds = 10_000) =>
      vi.waitFor(
        () => {
          if (!isDone(watching)) throw new Error(`the watch has seen ${JSON.stringify(watching.summary())}`);
        },
        { timeout: milliseconds, interval: 10 },
      ),
    ended: () => ended,
    stop: () => body.destroy(),
  };
  return watching;
}
