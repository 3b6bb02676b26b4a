import { createTimeSlice, yieldToLoop } from '../json/index.ts';
import type { Connection } from './connection.ts';
import { errorOfStatus, KubernetesError } from './errors.ts';
import { readWatchEvent, type WatchEvent } from './raw-object.ts';
import { collectionPath, type Resource, resourceName } from './resource.ts';
import { deadline } from './wait.ts';

export interface WatchOptions {
  connection: Connection;
  resource: Resource;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Where to go on. */
  resourceVersion: string;
  /** After how many seconds the server is to end the watch. */
  timeoutSeconds: number;
  /** How long the stream may be silent, in milliseconds. */
  idleMs: number;
  signal: AbortSignal;
  onOpen(): void;
  /** What it throws counts as a broken stream. */
  onState(event: WatchEvent & { type: 'state' }): void;
  /** Everything up to here is known. */
  onProgress(resourceVersion: string): void;
}

/** How a watch came to its end without a failure. */
export type WatchEnd = 'ended' | 'silent';

/**
 * Follows one watch until its end. Returns when the server ended it in the normal way, when it was silent for too long, and
 * when the signal is aborted. Silence is no failure: a kind that nobody changes may get no bookmark for more than two minutes
 * (seen with kube-apiserver 1.36, which otherwise sends one every 60 s), and a connection that leads nowhere shows itself as
 * one when the next watch is opened.
 *
 * @throws KubernetesError: `expired` when the server no longer has what came after the resourceVersion, `unreadable` when it
 *   sent something that is no event, others as the connection does.
 */
export async function followWatch(options: WatchOptions): Promise<WatchEnd> {
  const { connection, resource } = options;
  const limit = deadline([options.signal]);
  const silence = new Error('silence');
  let watchdog: NodeJS.Timeout | undefined;
  try {
    const lines = await connection.lines({
      path: collectionPath(resource),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: options.resourceVersion,
        timeoutSeconds: options.timeoutSeconds,
        labelSelector: options.labelSelector || undefined,
        fieldSelector: options.fieldSelector,
      },
      signal: limit.signal,
    });
    watchdog = setTimeout(() => limit.abort(silence), options.idleMs);
    options.onOpen();
    const sliceIsOver = createTimeSlice();
    for await (const line of lines) {
      if (limit.signal.aborted) break;
      watchdog.refresh();
      take(line, options);
      if (sliceIsOver()) await yieldToLoop();
    }
    return 'ended';
  } catch (error) {
    if (error === silence) return 'silent';
    if (options.signal.aborted) return 'ended';
    throw error;
  } finally {
    clearTimeout(watchdog);
    limit.abort(undefined);
  }
}

function take(line: string, options: WatchOptions): void {
  const event = read(line, options);
  if (event.type === 'state') {
    options.onState(event);
    options.onProgress(event.identity.resourceVersion);
  } else if (event.type === 'bookmark') {
    options.onProgress(event.resourceVersion);
  } else if (event.type === 'error') {
    throw errorOfStatus(options.connection.server, `a watch of ${resourceName(options.resource)}`, event);
  }
}

function read(line: string, options: WatchOptions): WatchEvent {
  try {
    return readWatchEvent(line);
  } catch {
    throw new KubernetesError(
      'unreadable',
      `${options.connection.server} sent something in a watch of ${resourceName(options.resource)} that is no event; it is opened again.`,
    );
  }
}
