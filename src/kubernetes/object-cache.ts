import { type Identity, keyOf, type Seen } from './raw-object.ts';

/** What became of one object. */
export type ObjectChange<T> =
  | {
      type: 'applied';
      object: T;
      /** The state before, of the same object: after a recreation there is none. */
      previous?: T;
      cause: 'list' | 'watch';
    }
  | {
      type: 'deleted';
      /** The last state known. */
      object: T;
      /** True when the watch told of it, false when a list no longer had it (or had another object under its name). */
      observed: boolean;
    };

/** An object whose present state `parse` refused. What was known of it before is kept. */
export interface UnreadableObject extends Identity {
  readonly error: unknown;
}

/** What a state of the cluster brings about. */
export interface Outcome<T> {
  changes: ObjectChange<T>[];
  unreadable?: UnreadableObject;
}

interface Entry<T> {
  uid: string;
  resourceVersion: string;
  /** Undefined for an object that never could be read. */
  object: T | undefined;
}

/** The last known state of each object of a kind. Pure bookkeeping: it tells what changed and calls nobody. */
export interface ObjectCache<T> {
  get: (key: string) => T | undefined;
  keys: () => Iterable<string>;
  values: () => Iterable<T>;
  readonly size: number;
  /** Whether exactly this state of the object is known. */
  has(identity: Identity): boolean;
  /** Reads every object anew when it is seen next, whether it changed or not. */
  outdate(): void;
  /** All keys, those of objects that never could be read too. */
  known(): Iterable<string>;
  apply(seen: Seen<T>, cause: 'list' | 'watch'): Outcome<T>;
  /** Takes an object out that the watch told to be gone; nothing happens when another one has its name by now. */
  remove(seen: Seen<T>): Outcome<T>;
  /** Takes an object out that a list no longer has. */
  drop(key: string): Outcome<T>;
  /** Calls back with the key of each object that changes, until the returned function is called. */
  onTouch(listener: (key: string) => void): () => void;
}

export function createObjectCache<T>(): ObjectCache<T> {
  const entries = new Map<string, Entry<T>>();
  const listeners = new Set<(key: string) => void>();
  /** Entries without an object. */
  let unread = 0;

  function put(key: string, entry: Entry<T> | undefined): void {
    if (entries.get(key)?.object === undefined && entries.has(key)) unread -= 1;
    if (entry === undefined) entries.delete(key);
    else entries.set(key, entry);
    if (entry && entry.object === undefined) unread += 1;
    for (const listener of listeners) listener(key);
  }

  function has(identity: Identity): boolean {
    const entry = entries.get(keyOf(identity));
    return entry?.uid === identity.uid && entry.resourceVersion === identity.resourceVersion;
  }

  function outdate(): void {
    for (const entry of entries.values()) entry.resourceVersion = '';
  }

  function apply({ identity, reading }: Seen<T>, cause: 'list' | 'watch'): Outcome<T> {
    const key = keyOf(identity);
    const { uid, resourceVersion } = identity;
    if (has(identity)) return { changes: [] };
    const old = entries.get(key);
    const changes: ObjectChange<T>[] = [];
    const recreated = old !== undefined && old.uid !== uid;
    if (recreated && old.object !== undefined) {
      changes.push({ type: 'deleted', object: old.object, observed: cause === 'watch' });
    }
    const previous = recreated ? undefined : old?.object;
    if ('error' in reading) {
      put(key, { uid, resourceVersion, object: previous });
      return { changes, unreadable: { ...identity, error: reading.error } };
    }
    put(key, { uid, resourceVersion, object: reading.object });
    changes.push({ type: 'applied', object: reading.object, ...(previous !== undefined && { previous }), cause });
    return { changes };
  }

  function remove({ identity, reading }: Seen<T>): Outcome<T> {
    const key = keyOf(identity);
    const old = entries.get(key);
    if (old !== undefined && old.uid !== identity.uid) return { changes: [] };
    if (old !== undefined) put(key, undefined);
    const object = 'object' in reading ? reading.object : old?.object;
    return { changes: object === undefined ? [] : [{ type: 'deleted', object, observed: true }] };
  }

  function drop(key: string): Outcome<T> {
    const object = entries.get(key)?.object;
    put(key, undefined);
    return { changes: object === undefined ? [] : [{ type: 'deleted', object, observed: false }] };
  }

  function* values(): Generator<T, void, undefined> {
    for (const { object } of entries.values()) if (object !== undefined) yield object;
  }

  function* keys(): Generator<string, void, undefined> {
    for (const [key, { object }] of entries) if (object !== undefined) yield key;
  }

  return {
    get: (key) => entries.get(key)?.object,
    keys,
    values,
    get size() {
      return entries.size - unread;
    },
    has,
    outdate,
    known: () => entries.keys(),
    apply,
    remove,
    drop,
    onTouch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
