import type { ServerResponse } from 'node:http';
import type { Fields } from '../fields.ts';
import type { KubernetesObject } from './object.ts';
import { apiVersionOf, type ResourceType } from './resources.ts';
import { readSelector, type Selector } from './selectors.ts';
import { failureStatus, readVersion } from './status.ts';
import type { Change, Store } from './store.ts';

/** What one watch asks for. */
export interface WatchRequest {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly query: URLSearchParams;
}

/** Where events end up that a watch is to send. */
type Send = (type: string, object: Fields | KubernetesObject) => void;

interface Stream {
  readonly type: ResourceType;
  readonly response: ServerResponse;
  readonly stop: () => void;
  isSilent: boolean;
}

/** A real server ends a watch after 30 to 60 minutes if the client names no time. */
const LONGEST_SECONDS = 1800;

/** What a watcher with a selector sees of a change: an object that comes into its view is added, one that leaves it is deleted. */
function seen(change: Change, isSelected: Selector): Change['kind'] | undefined {
  const isIn = change.kind !== 'DELETED' && isSelected(change.object);
  const wasIn = change.previous !== undefined && isSelected(change.previous);
  if (isIn) return wasIn ? 'MODIFIED' : 'ADDED';
  return wasIn ? 'DELETED' : undefined;
}

/** The watches of one server: their streams, and what can go wrong with them. */
export class Watches {
  readonly #store: Store;
  readonly #bookmarkMilliseconds: number;
  readonly #streams = new Set<Stream>();
  #isDropping = false;

  constructor(store: Store, bookmarkMilliseconds: number) {
    this.#store = store;
    this.#bookmarkMilliseconds = bookmarkMilliseconds;
  }

  /** How many are open, of a resource (plural) or of all. */
  count(plural?: string): number {
    return this.#chosen(plural).length;
  }

  /** Ends them cleanly, as a server does when their time is up. */
  close(plural?: string): void {
    for (const stream of this.#chosen(plural)) stream.response.end();
  }

  /** Resets their connections; in the midst of a line if asked. */
  cut(plural?: string, options: { readonly inLine?: boolean } = {}): void {
    for (const { response } of this.#chosen(plural)) {
      if (options.inLine === true) response.write('{"type":"MODIFIED","obj', () => response.destroy());
      else response.destroy();
    }
  }

  /** Half a line, then nothing more, with the connection left open: a black hole. New watches work. */
  silence(plural?: string): void {
    for (const stream of this.#chosen(plural)) {
      stream.response.write('{"type":"MODIFIED","obj');
      stream.isSilent = true;
    }
  }

  /** From now on events are lost without a trace (bookmarks too), until it is told otherwise. */
  drop(isDropping: boolean): void {
    this.#isDropping = isDropping;
  }

  /** Writes a watch to a response. Throws an ApiError, before anything is written, for a selector or a version that cannot be read. */
  prepare(request: WatchRequest): (response: ServerResponse) => void {
    const isSelected = readSelector(request.query, request.type);
    const version = readVersion(request.query, 'watch');
    return (response) => this.#open(request, isSelected, version, response);
  }

  #chosen(plural: string | undefined): Stream[] {
    return [...this.#streams].filter((stream) => plural === undefined || stream.type.plural === plural);
  }

  #open(request: WatchRequest, isSelected: Selector, version: number, response: ServerResponse): void {
    const { type, namespace, query } = request;
    response.flushHeaders();
    // A stream that was ended a moment ago may still be on the list: what comes then has no reader.
    const send: Send = (kind, object) => {
      if (!response.writableEnded) response.write(`${JSON.stringify({ type: kind, object })}\n`);
    };
    const isOurs = (change: Change) =>
      change.type === type && (namespace === '' || change.object.metadata.namespace === namespace);
    const past = version === 0 ? [] : this.#store.since(version);
    if (!past) {
      send('ERROR', failureStatus(410, `too old resource version: ${version} (${this.#store.version})`));
      response.end();
      return;
    }
    const show = (change: Change) => {
      const kind = isOurs(change) ? seen(change, isSelected) : undefined;
      if (kind) send(kind, this.#shown(change, kind));
    };
    if (version === 0) this.#sendAll(type, namespace, isSelected, send);
    for (const change of past) show(change);

    // A watch from a version that is yet to come is taken, and tells nothing until then (seen at 1.36).
    const isReached = (): boolean => this.#store.version >= version;
    const bookmark = (annotations?: Fields) => send('BOOKMARK', this.#bookmark(type, annotations));
    const wantsBookmarks = ['1', 'true'].includes(query.get('allowWatchBookmarks') ?? '');
    if (wantsBookmarks && !query.get('resourceVersion')) bookmark({ 'k8s.io/initial-events-end': 'true' });
    const seconds = Number(query.get('timeoutSeconds') ?? 0) || LONGEST_SECONDS;
    const tick = wantsBookmarks
      ? setInterval(() => {
          if (!stream.isSilent && !this.#isDropping && isReached()) bookmark();
        }, this.#bookmarkMilliseconds)
      : undefined;
    const end = setTimeout(() => {
      if (!stream.isSilent) response.end();
    }, seconds * 1000);
    const unlisten = this.#store.listen((change) => {
      if (!stream.isSilent && !this.#isDropping && change.version > version) show(change);
    });
    const stream: Stream = {
      type,
      response,
      isSilent: false,
      stop: () => {
        unlisten();
        clearInterval(tick);
        clearTimeout(end);
        this.#streams.delete(stream);
      },
    };
    this.#streams.add(stream);
    response.once('close', stream.stop);
  }

  #sendAll(type: ResourceType, namespace: string, isSelected: Selector, send: Send): void {
    for (const object of this.#store.list(type) ?? []) {
      if ((namespace === '' || object.metadata.namespace === namespace) && isSelected(object)) send('ADDED', object);
    }
  }

  /** An object that left the view is shown as it was in it, at the version of the change that took it out. */
  #shown(change: Change, kind: Change['kind']): KubernetesObject {
    if (kind !== 'DELETED' || change.kind === 'DELETED' || !change.previous) return change.object;
    const { resourceVersion } = change.object.metadata;
    return { ...change.previous, metadata: { ...change.previous.metadata, resourceVersion } };
  }

  #bookmark(type: ResourceType, annotations?: Fields): Fields {
    return {
      kind: type.kind,
      apiVersion: apiVersionOf(type),
      metadata: { resourceVersion: String(this.#store.version), ...(annotations ? { annotations } : {}) },
    };
  }
}
