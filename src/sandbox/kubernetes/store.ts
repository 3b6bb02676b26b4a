import type { KubernetesObject } from './object.ts';
import type { ResourceType } from './resources.ts';

/** One change of one object. */
export interface Change {
  readonly version: number;
  readonly kind: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly type: ResourceType;
  readonly object: KubernetesObject;
  /** What stood there before; undefined for a new object. */
  readonly previous: KubernetesObject | undefined;
}

/** A real cluster's version is never small: code that takes it for a count of objects shall fail here too. */
const FIRST_VERSION = 1000;

function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function compareKeys([a]: [string, KubernetesObject], [b]: [string, KubernetesObject]): number {
  return a < b ? -1 : 1;
}

/** All objects at their newest version, and the last changes that led there. */
export class Store {
  #version = FIRST_VERSION;
  #forgotten = FIRST_VERSION;
  #history: Change[] = [];
  readonly #historyLimit: number;
  readonly #objects = new Map<ResourceType, Map<string, KubernetesObject>>();
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  /** The version of the last change. */
  get version(): number {
    return this.#version;
  }

  get(type: ResourceType, namespace: string, name: string): KubernetesObject | undefined {
    return this.#objects.get(type)?.get(`${namespace}/${name}`);
  }

  /** Stores an object, or removes it; gives it the next version and tells the listeners. */
  commit(kind: Change['kind'], type: ResourceType, object: KubernetesObject): KubernetesObject {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    const objects = this.#objects.get(type) ?? new Map<string, KubernetesObject>();
    this.#objects.set(type, objects);
    const key = keyOf(stored);
    const previous = objects.get(key);
    if (kind === 'DELETED') objects.delete(key);
    else objects.set(key, stored);

    const change: Change = { version: this.#version, kind, type, object: stored, previous };
    this.#history.push(change);
    if (this.#history.length > this.#historyLimit) this.forget(this.#history.length - this.#historyLimit);
    for (const listener of this.#listeners) listener(change);
    return stored;
  }

  /** The objects of a type in the order of their keys, as they are or as they were at a version; undefined when that is forgotten. */
  list(type: ResourceType, version = this.#version): KubernetesObject[] | undefined {
    if (version < this.#forgotten) return undefined;
    const objects = new Map(this.#objects.get(type));
    for (const change of this.#history.toReversed()) {
      if (change.version <= version) break;
      if (change.type !== type) continue;
      if (change.previous) objects.set(keyOf(change.previous), change.previous);
      else objects.delete(keyOf(change.object));
    }
    return [...objects].sort(compareKeys).map(([, object]) => object);
  }

  /** The changes after a version; undefined when some of them are forgotten. */
  since(version: number): readonly Change[] | undefined {
    if (version < this.#forgotten) return undefined;
    return this.#history.filter((change) => change.version > version);
  }

  /** Forgets the oldest changes, or all of them: older versions then answer 410. */
  forget(count = this.#history.length): void {
    this.#forgotten = this.#history[count - 1]?.version ?? this.#version;
    this.#history = this.#history.slice(count);
  }

  /** Calls back on every change, in the order of versions, until the returned function is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
