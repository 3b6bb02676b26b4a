import { createDepartures } from '../../../src/controller/departures.ts';
import { createDowntimes } from '../../../src/controller/downtimes.ts';
import { createNameBook, type NameBook } from '../../../src/controller/name-book.ts';
import { createPatience } from '../../../src/controller/patience.ts';
import type { ObjectCache, SourceView } from '../../../src/controller/source-view.ts';
import type { World } from '../../../src/controller/world.ts';
import type { ModelRecord, StampedRecord } from '../../../src/registration/entry.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import { type Registration, sourceKey } from '../../../src/registration/registration.ts';
import type { Source, SourceObject, WatchedSource } from '../../../src/sources/source.ts';
import { NO_RELATED } from '../../support/no-related.ts';
import { OWNER, registration, SETTLE_MS, SOURCE, T0, UID } from '../registration/builders.ts';

export const KEY = sourceKey(SOURCE);
export const COOLDOWN_MS = 600_000;
export const PATIENCE_MS = 3_000;

/** An object that says itself what it means. */
export interface TestObject extends SourceObject {
  projection: Projection;
}

export const source: WatchedSource<TestObject> = {
  kind: 'inference-service',
  resource: { group: 'serving.kserve.io', version: 'v1beta1', plural: 'inferenceservices', kind: 'InferenceService' },
  parse: (raw) => raw as TestObject,
  project: ({ projection }) => projection,
};

/** The meaning of an object that serves these. */
export function serving(
  registrations: Registration[] = [registration()],
  more: Partial<Projection & { state: 'serve' }> = {},
): Projection {
  const names = registrations.map(({ publicName }) => publicName);
  return { state: 'serve', names, registrations, rollingOut: false, warnings: [], ...more };
}

export function object(more: Partial<TestObject> = {}): TestObject {
  return {
    namespace: SOURCE.namespace,
    name: SOURCE.name,
    uid: UID,
    resourceVersion: '1',
    createdAt: T0,
    projection: serving(),
    ...more,
  };
}

export const keyOf = ({ namespace, name }: SourceObject): string => sourceKey({ kind: source.kind, namespace, name });

/** A cache of objects, and the API server behind it, which may know better. */
export class TestCache implements ObjectCache<TestObject> {
  state: ObjectCache['state'] = 'synced';
  readonly objects = new Map<string, TestObject>();
  /** What the API server has where it differs from the cache: an object, its absence, one that is not looked after, or an error. */
  readonly behind = new Map<string, TestObject | 'unselected' | undefined | Error>();
  readonly fetched: string[] = [];

  put(one: TestObject): void {
    this.objects.set(`${one.namespace}/${one.name}`, one);
  }

  get(key: string): TestObject | undefined {
    return this.objects.get(key);
  }

  values(): Iterable<TestObject> {
    return this.objects.values();
  }

  async fetch(namespace: string, name: string): Promise<TestObject | 'unselected' | undefined> {
    const key = `${namespace}/${name}`;
    this.fetched.push(key);
    const found = this.behind.has(key) ? this.behind.get(key) : this.objects.get(key);
    if (found instanceof Error) throw found;
    return found;
  }
}

/** A view that looks after some namespaces only, or after all. */
export function viewOf(cache: TestCache, namespaces?: string[], served: Source = source): SourceView {
  return {
    source: served,
    cacheFor: ({ namespace }) => (!namespaces || namespaces.includes(namespace) ? cache : undefined),
    caches: [cache],
  };
}

export interface TestClock {
  now: number;
}

/** A world over fixed rows. */
export function worldOf(rows: ModelRecord[], more: Partial<World> = {}, clock: TestClock = { now: T0 }): World {
  const names: NameBook = createNameBook(COOLDOWN_MS, () => clock.now);
  return {
    owner: OWNER,
    registry: {
      recordsOf: (ref) =>
        rows.filter((row): row is StampedRecord => row.stamp?.owner === OWNER && row.stamp.source === sourceKey(ref)),
      underName: (name) => rows.filter(({ publicName }) => publicName === name),
      takingByPattern: () => [],
      hasId: (id) => rows.some((row) => row.id === id),
    },
    names,
    departures: createDepartures(() => clock.now),
    downtimes: createDowntimes(() => clock.now),
    patience: createPatience(PATIENCE_MS, () => clock.now),
    projection: { selection: 'annotated', address: 'cluster' },
    related: NO_RELATED,
    backendKeys: { look: () => ({ state: 'unknown' }) },
    policy: 'sync',
    settleMs: SETTLE_MS,
    now: () => clock.now,
    ...more,
  };
}
