import type { ObjectCache } from '../../controller/index.ts';
import { NO_NAMESPACE, REGISTER_KIND, registeredRef, type SourceRef } from '../../registration/index.ts';
import { listedUrl, registering, slugOf, type UrlObject, urlSource, type WatchedSource } from '../../sources/index.ts';
import type { Subject } from '../wiring/index.ts';

interface Said {
  /** What was said of the model, as annotations, whole names. */
  annotations: Readonly<Record<string, string>>;
  /** Of the object, and of the Secret with the key. */
  namespace: string;
}

/** What is to be registered: an object, or the address of a server. */
export type Wanted = WantedObject | WantedUrl;
export type WantedObject = Said & { source: WatchedSource; name: string };
/** By its first public name the address is known. */
export type WantedUrl = Said & { url: string; publicName: string };

/** Whom the rows of it stand for. */
export function refOf(wanted: Wanted): SourceRef {
  if ('url' in wanted) return { kind: REGISTER_KIND, namespace: NO_NAMESPACE, name: slugOf(wanted.publicName) };
  return registeredRef({ ...wanted, kind: wanted.source.kind });
}

/** As a controller would call the same object; undefined where there is none. */
export function lookedAfterRef(wanted: Wanted): SourceRef | undefined {
  return 'url' in wanted ? undefined : { ...wanted, kind: wanted.source.kind };
}

/** What the engine is to look at: this and nothing else. */
export function subjectOf(wanted: Wanted): Subject {
  const ref = refOf(wanted);
  if ('url' in wanted) {
    const object = urlObject(wanted);
    const cache = cacheOf(ref, { state: 'synced', get: () => object, fetch: async () => object });
    return { view: () => ({ source: urlSource, cacheFor: isRef(ref, cache), caches: [cache] }) };
  }
  const { source, name, namespace, annotations } = wanted;
  const own = registering(source, annotations);
  return {
    watched: { source: own, name },
    view: (found) => {
      const known = found?.cacheFor({ namespace, name });
      const cache = cacheOf(ref, {
        get state() {
          return known?.state ?? 'starting';
        },
        get: () => known?.get(`${namespace}/${name}`),
        fetch: async () => known?.fetch(namespace, name),
      });
      return { source: own, cacheFor: isRef(ref, cache), caches: [cache] };
    },
  };
}

/** The object that stands for an address. */
export function urlObject({ url, publicName, annotations, namespace }: WantedUrl): UrlObject {
  return listedUrl(publicName, { url, annotations, secretsIn: namespace });
}

/** A cache of one object, under the name that its rows have for it. */
function cacheOf(
  ref: SourceRef,
  known: Pick<ObjectCache, 'state'> & {
    get: () => ReturnType<ObjectCache['get']>;
    fetch: () => ReturnType<ObjectCache['fetch']>;
  },
): ObjectCache {
  return {
    get state() {
      return known.state;
    },
    get: (key) => (key === `${ref.namespace}/${ref.name}` ? known.get() : undefined),
    values: () => [known.get()].filter((object) => object !== undefined),
    fetch: known.fetch,
  };
}

/** Rows of other objects are none of its business. */
function isRef(ref: SourceRef, cache: ObjectCache) {
  return ({ namespace, name }: Pick<SourceRef, 'namespace' | 'name'>): ObjectCache | undefined =>
    namespace === ref.namespace && name === ref.name ? cache : undefined;
}
