import { type Connection, type Log, type Reflector, startReflector } from '../../kubernetes/index.ts';
import type { RelatedKind, RelatedObject, RelatedObjects } from '../../sources/index.ts';

export interface RelatedOptions {
  connection: Connection;
  kinds: readonly RelatedKind[];
  /** Those that are looked after; all where there is none. */
  namespaces: readonly string[];
  log: Log;
  /** Told of each change. */
  onChange: (kind: string, change: RelatedChange) => void;
}

/** A change of an object; without one, a whole kind became readable or stopped being so, in one namespace where it is looked at by namespace. */
export interface RelatedChange {
  object?: RelatedObject;
  namespace?: string;
}

/** The objects of related kinds, kept known by reflectors of their own. */
export interface Related {
  objects: RelatedObjects;
  reflectors: readonly Reflector<RelatedObject>[];
}

/** Starts to follow related kinds: one reflector each, or one for each namespace. None of them has to be readable. */
export function followRelated({ connection, kinds, namespaces, log, onChange }: RelatedOptions): Related {
  const caches = new Map<string, Map<string, Reflector<RelatedObject>>>();
  for (const kind of kinds) {
    const within = kind.clusterWide || namespaces.length === 0 ? [''] : namespaces;
    caches.set(kind.resource.kind, new Map(within.map((namespace) => [namespace, follow(kind, namespace)])));
  }

  function follow(kind: RelatedKind, namespace: string): Reflector<RelatedObject> {
    const { resource } = kind;
    const reflector = startReflector<RelatedObject>({
      connection,
      resource: { ...resource, ...(namespace && { namespace }) },
      parse: (raw) => kind.parse(raw),
      onChange: ({ object }) => onChange(resource.kind, { object }),
      log,
    });
    let readable = false;
    reflector.onState((state) => {
      // A kind that cannot be read tells no absence any more: whoever asked for one has to ask again.
      if (readable !== (state === 'synced')) onChange(resource.kind, namespace ? { namespace } : {});
      readable = state === 'synced';
    });
    return reflector;
  }

  const objects: RelatedObjects = {
    find(kind, namespace, name) {
      const within = caches.get(kind);
      const reflector = within?.get(namespace) ?? within?.get('');
      const found = reflector?.get(`${namespace}/${name}`);
      if (found) return found;
      return reflector?.state === 'synced' ? 'missing' : 'unknown';
    },
  };
  return { objects, reflectors: [...caches.values()].flatMap((within) => [...within.values()]) };
}
