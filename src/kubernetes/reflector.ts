import { auditUntilMiss, findMisses } from './audit.ts';
import { type Backoff, createBackoff, jitter } from './backoff.ts';
import type { Connection } from './connection.ts';
import { KubernetesError } from './errors.ts';
import { confirmHistory } from './history.ts';
import { identify, listPages } from './list-pages.ts';
import type { Log } from './log.ts';
import { createObjectCache, type ObjectChange, type UnreadableObject } from './object-cache.ts';
import { type Seen, see } from './raw-object.ts';
import { REFLECTOR_DEFAULTS, type ReflectorSettings } from './reflector-settings.ts';
import { type Resource, resourceName } from './resource.ts';
import { takeBestList } from './take-list.ts';
import { createTeller } from './teller.ts';
import { pause } from './wait.ts';
import { followWatch } from './watch-stream.ts';

/**
 * `absent`: the API server does not know the kind (its CRD is not installed); `forbidden`: we may not list or watch it;
 * `failing`: it cannot be asked at the moment. What was known last is kept in each of them.
 */
export type ReflectorState = 'starting' | 'synced' | 'absent' | 'forbidden' | 'failing';

export interface ReflectorOptions<T> {
  connection: Connection;
  resource: Resource;
  labelSelector?: string;
  /** Such as `metadata.name=qwen`: a right to that one object is enough then. */
  fieldSelector?: string;
  /**
   * Takes what is needed out of an object; only this is kept. When it throws, the object is reported through `onUnreadable`
   * and the state of it that could be read last is kept.
   */
  parse: (raw: unknown) => T;
  /** Told of each change, once, in order. Not awaited; what it throws is logged. */
  onChange: (change: ObjectChange<T>) => void;
  /** Told once for each state of an object that cannot be read. Default: a warning in the log. */
  onUnreadable?: (object: UnreadableObject) => void;
  settings?: Partial<ReflectorSettings>;
  log: Log;
}

export interface Reflector<T> {
  /** By `namespace/name`. */
  get(key: string): T | undefined;
  keys(): Iterable<string>;
  values(): Iterable<T>;
  readonly size: number;
  readonly state: ReflectorState;
  /** The version that is read at present. */
  readonly version: string;
  /** Why it is not synced: what the server, or the way to it, said last. */
  readonly trouble: KubernetesError | undefined;
  /** Resolves when the kind is synced, or known to be absent or forbidden, for the first time; and at stop(). */
  readonly settled: Promise<void>;
  /** Milliseconds since the server last gave a sign of life about this kind: a list, an opened watch, a line of it. */
  readonly stalenessMs: number;
  /** Differences, since the start, that a periodic list found and the watch had not told. */
  readonly misses: number;
  /** Returns a function that takes the listener off again. */
  onState(listener: (state: ReflectorState) => void): () => void;
  /**
   * Asks the server for one object as it is now; undefined when it is not there or the label selector does not take it. The
   * known state is left as it is.
   *
   * @throws KubernetesError on every doubt: when the server cannot be asked, does not know the kind, or the object cannot be
   *   read (`unreadable`).
   */
  fetch(namespace: string, name: string): Promise<T | undefined>;
  /** Ends it; resolves when nothing of it runs any more. No listener is called after this was called. */
  stop(): Promise<void>;
}

/**
 * Keeps the objects of one kind known: lists them, watches from there, and goes on until stop(), whatever the server does.
 * Connections that end, break or fall silent are opened again where they ended, without a list; only a server that no longer
 * has what came in between (410), or was emptied or restored meanwhile, makes it list again. What a list no longer has is told as deleted only when that list came to
 * its end.
 */
export function startReflector<T extends { namespace: string; name: string; uid: string; resourceVersion: string }>(
  options: ReflectorOptions<T>,
): Reflector<T> {
  const { connection, resource, labelSelector, fieldSelector, parse } = options;
  const kind = { connection, resource, labelSelector, fieldSelector };
  const settings: ReflectorSettings = { ...REFLECTOR_DEFAULTS, ...options.settings };
  const about = { resource: resourceName(resource), ...(resource.namespace && { namespace: resource.namespace }) };
  const log = options.log;
  const cache = createObjectCache<T>();
  const stopping = new AbortController();
  const stop = stopping.signal;
  const backoff: Backoff = createBackoff({
    minMs: settings.backoffMinMs,
    maxMs: settings.backoffMaxMs,
    random: settings.random,
  });
  const { guard, tell } = createTeller<T>({
    onChange: options.onChange,
    onUnreadable: options.onUnreadable,
    log,
    about,
    stop,
  });
  const stateListeners = new Set<(state: ReflectorState) => void>();
  const settled = Promise.withResolvers<void>();
  let state: ReflectorState = 'starting';
  let trouble: KubernetesError | undefined;
  let currentAt = performance.now();
  let misses = 0;
  /** The list is granted and the watch is not: each list then leaves the state at that. */
  let watchDenied = false;

  function setState(next: ReflectorState, error?: KubernetesError): void {
    if (stop.aborted) return;
    trouble = error;
    if (next !== 'failing') settled.resolve();
    if (state === next) return;
    const fields = { ...about, state: next, was: state, ...(error && { code: error.code, detail: error.message }) };
    state = next;
    if (next === 'synced') log.info({ ...fields, objects: cache.size }, 'Kind is synced');
    else log.warn(fields, 'Kind is not synced');
    for (const listener of stateListeners) guard('state listener', () => listener(next));
  }

  /** What to do about a failure: sets the state and says how long to wait, in milliseconds. */
  function judge(error: unknown): number {
    const known = error instanceof KubernetesError ? error : undefined;
    if (!known) log.error({ ...about, err: error }, 'Unexpected failure while following a kind; it is tried again');
    log.debug({ ...about, code: known?.code, detail: known?.message }, 'Following a kind failed');
    if (known?.code === 'not-found' || known?.code === 'forbidden') {
      setState(known.code === 'forbidden' ? 'forbidden' : 'absent', known);
      backoff.reset();
      return Math.max(known.retryAfterMs ?? 0, jitter(settings.deniedMs, 0.1, settings.random));
    }
    if (known?.code === 'expired') return backoff.failures === 0 ? immediately() : backoff.next(known.retryAfterMs);
    setState('failing', known);
    return backoff.next(known?.retryAfterMs);
  }

  /** The first time costs nothing, but it counts. */
  function immediately(): number {
    backoff.next();
    return 0;
  }

  /** Follows watches from there until everything must be listed again. */
  async function watch(from: string, signal: AbortSignal): Promise<void> {
    let version = from;
    let silentFailures = 0;
    let denials = 0;
    /** The server was lost from sight: what answers next may be another, or the same with less in it. */
    let lost = false;
    while (!signal.aborted) {
      const openedAt = performance.now();
      let opened = false;
      try {
        if (lost) await confirmHistory({ ...kind, signal }, version);
        const end = await followWatch({
          ...kind,
          resourceVersion: version,
          signal,
          idleMs: settings.idleMs,
          timeoutSeconds: Math.max(1, Math.round((settings.watchMs * (1 + settings.random() / 2)) / 1000)),
          onOpen() {
            opened = true;
            watchDenied = false;
            denials = 0;
            currentAt = performance.now();
            setState('synced');
          },
          onState({ identity, raw, gone }) {
            const seen = see(identity, raw, parse);
            tell(gone ? cache.remove(seen) : cache.apply(seen, 'watch'));
          },
          onProgress(resourceVersion) {
            version = resourceVersion;
            currentAt = performance.now();
            silentFailures = 0;
            backoff.reset();
          },
        });
        lost = end === 'silent';
        await pause(openedAt + jitter(settings.reopenMs, 0.1, settings.random) - performance.now(), signal);
      } catch (error) {
        if (signal.aborted) return;
        lost = true;
        const code = error instanceof KubernetesError ? error.code : undefined;
        watchDenied = code === 'forbidden' || code === 'not-found';
        // A stream that broke is no failure yet: whether the server can be asked shows when it is opened again.
        const wait = opened && code !== 'expired' ? backoff.next(retryAfterOf(error)) : judge(error);
        await pause(wait, signal);
        silentFailures += 1;
        denials += watchDenied ? 1 : 0;
        // A denial may pass: going on where we were then keeps the deletes in between observed ones.
        if (denials > 1 || code === 'expired' || silentFailures >= settings.watchFailures) return;
      }
    }
  }

  async function audit(signal: AbortSignal): Promise<string[]> {
    const askedAt = performance.now();
    const pages = { pageSize: settings.pageSize, graceMs: settings.missGraceMs };
    const missed = await findMisses(cache, { ...kind, ...pages, signal });
    if (missed.length === 0) currentAt = Math.max(currentAt, askedAt);
    return missed;
  }

  /** Watches from there, with an audit beside it, until one of them finds that everything must be listed again. */
  async function follow(version: string): Promise<void> {
    const session = new AbortController();
    const end = () => session.abort();
    stop.addEventListener('abort', end, { once: true });
    const auditing = auditUntilMiss(audit, settings, session.signal).then((found) => {
      if (found > 0) log.warn({ ...about, misses: found }, 'A watch missed changes; everything is listed again');
      misses += found;
      end();
    });
    try {
      await watch(version, session.signal);
    } finally {
      end();
      await auditing;
      stop.removeEventListener('abort', end);
    }
  }

  async function run(): Promise<void> {
    while (!stop.aborted) {
      try {
        const taken = await takeBestList(cache, { ...kind, pageSize: settings.pageSize, signal: stop, parse }, tell);
        kind.resource = taken.resource;
        // A listener may have stopped us in the midst of it.
        if (stop.aborted) return;
        currentAt = performance.now();
        if (!watchDenied) setState('synced');
        await follow(taken.version);
      } catch (error) {
        if (stop.aborted) return;
        await pause(judge(error), stop);
      }
    }
  }

  async function fetch(namespace: string, name: string): Promise<T | undefined> {
    let found: Seen<T> | undefined;
    await listPages({
      ...kind,
      resource: { ...kind.resource, namespace },
      fieldSelector: `metadata.name=${name}`,
      onItem(raw) {
        const identity = identify(raw, connection.server, resource);
        if (identity.name === name && identity.namespace === namespace) found = see(identity, raw, parse);
      },
    });
    if (!found) return undefined;
    if ('object' in found.reading) return found.reading.object;
    throw new KubernetesError(
      'unreadable',
      `${namespace}/${name} of ${about.resource} is there but cannot be read; look at the object.`,
    );
  }

  const running = run();
  return {
    get: cache.get,
    keys: cache.keys,
    values: cache.values,
    get size() {
      return cache.size;
    },
    get state() {
      return state;
    },
    get version() {
      return kind.resource.version;
    },
    get trouble() {
      return trouble;
    },
    settled: settled.promise,
    get stalenessMs() {
      return performance.now() - currentAt;
    },
    get misses() {
      return misses;
    },
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    fetch,
    async stop() {
      stopping.abort();
      settled.resolve();
      await running;
    },
  };
}

function retryAfterOf(error: unknown): number | undefined {
  return error instanceof KubernetesError ? error.retryAfterMs : undefined;
}
