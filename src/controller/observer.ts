import { digest, type Projection, type SecretRef, type SourceRef, sourceKey } from '../registration/index.ts';
import type { SourceObject } from '../sources/index.ts';
import { credentialOf } from './named-credential.ts';
import type { SourceView } from './source-view.ts';
import type { World } from './world.ts';

/** What a change of an object comes to. */
export type Meaning = 'leaving' | 'changed' | 'same';

/** Takes note of what is told about objects, and of what that means for others. */
export interface Observer {
  /**
   * Takes note of an object as it is now (undefined: gone), so that names are judged by what lives.
   *
   * @param witnessed - true where the watch told of it, false where a list showed it
   * @returns `leaving` where its models have to go at once, `same` where it means what it meant before: then there is nothing to do
   */
  observe: (
    kind: string,
    namespace: string,
    name: string,
    object: SourceObject | undefined,
    witnessed?: boolean,
  ) => Meaning;
  /** What each object that is known means now. */
  projections: () => { source: SourceRef; uid: string; projection: Projection }[];
  /** The Secret that an object names. */
  secretOf(key: string): SecretRef | undefined;
  /** Every Secret that an object names. */
  secrets(): Iterable<SecretRef>;
  /** Whether this object, or without a key any, names a credential of LiteLLM. */
  namesCredential(key?: string): boolean;
  /** The keys of the objects that name one of these Secrets. */
  naming(secrets: readonly SecretRef[]): string[];
}

export interface ObserverOptions {
  world: Pick<World, 'names' | 'departures' | 'patience' | 'downtimes' | 'projection' | 'related'>;
  views: readonly SourceView[];
}

export function createObserver({ world, views }: ObserverOptions): Observer {
  const { names, departures, patience, downtimes } = world;
  /** By key: a digest of what an object meant when it was seen last. */
  const meanings = new Map<string, string>();
  /** By key: the Secret that an object names. */
  const secrets = new Map<string, SecretRef>();
  /** Keys of the objects that name a credential of LiteLLM. */
  const withCredential = new Set<string>();

  function observe(
    kind: string,
    namespace: string,
    name: string,
    object: SourceObject | undefined,
    witnessed = true,
  ): Meaning {
    const key = sourceKey({ kind, namespace, name });
    const source = views.find((view) => view.source.kind === kind)?.source;
    if (!object || !source) {
      names.forget(key);
      meanings.delete(key);
      secrets.delete(key);
      withCredential.delete(key);
      patience.forget(key);
      downtimes.forget(key);
      departures.note(key, undefined, witnessed);
      return 'leaving';
    }
    const projection = source.project(object, world.projection, world.related);
    departures.note(key, projection, witnessed);
    const { createdAt, uid } = object;
    names.declare(key, { namespace, createdAt, uid }, projection.state === 'ignore' ? [] : projection.names);
    const secret = projection.state === 'serve' ? projection.apiKeySecret : undefined;
    if (secret) secrets.set(key, secret);
    else secrets.delete(key);
    if (credentialOf(projection) === undefined) withCredential.delete(key);
    else withCredential.add(key);
    const meaning = digest(JSON.stringify([uid, projection]), 16);
    if (meanings.get(key) === meaning) return 'same';
    meanings.set(key, meaning);
    return projection.state === 'withdraw' ? 'leaving' : 'changed';
  }

  function projections(): { source: SourceRef; uid: string; projection: Projection }[] {
    return views.flatMap(({ source, caches }) =>
      caches.flatMap((cache) =>
        [...cache.values()].map((object) => ({
          source: { kind: source.kind, namespace: object.namespace, name: object.name },
          uid: object.uid,
          projection: source.project(object, world.projection, world.related),
        })),
      ),
    );
  }

  function naming(wanted: readonly SecretRef[]): string[] {
    const places = new Set(wanted.map((one) => `${one.namespace}/${one.name}`));
    return [...secrets].flatMap(([key, { namespace, name }]) => (places.has(`${namespace}/${name}`) ? [key] : []));
  }

  return {
    observe,
    projections,
    secretOf: (key) => secrets.get(key),
    secrets: () => secrets.values(),
    namesCredential: (key) => (key === undefined ? withCredential.size > 0 : withCredential.has(key)),
    naming,
  };
}
