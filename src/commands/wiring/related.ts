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
  /** Names of those to which it belongs, or belonged, where that is told. */
  owners?: readonly string[];
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
  const belongings = createBelongings();
  for (const kind of kinds) {
    const within = kind.clusterWide || namespaces.length === 0 ? [''] : namespaces;
    caches.set(kind.resource.kind, new Map(within.map((namespace) => [namespace, follow(kind, namespace)])));
  }

  function follow(kind: RelatedKind, namespace: string): Reflector<RelatedObject> {
    const { resource } = kind;
    const reflector = startReflector<RelatedObject>({
      connection,
      resource: { ...resource, ...(namespace && { namespace }) },
      ...(kind.labelSelector && { labelSelector: kind.labelSelector }),
      parse: (raw) => kind.parse(raw),
      onChange({ type, object }) {
        const owners = kind.ownerOf && belongings.note(kind, object, type === 'applied');
        onChange(resource.kind, { object, ...(owners && { owners }) });
      },
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

  function reflectorOf(kind: string, namespace: string): Reflector<RelatedObject> | undefined {
    const within = caches.get(kind);
    return within?.get(namespace) ?? within?.get('');
  }

  const objects: RelatedObjects = {
    find(kind, namespace, name) {
      const reflector = reflectorOf(kind, namespace);
      const found = reflector?.get(`${namespace}/${name}`);
      if (found) return found;
      return reflector?.state === 'synced' ? 'missing' : 'unknown';
    },
    of(kind, namespace, owner) {
      const found = belongings.of(kind, namespace, owner);
      return found.length > 0 || reflectorOf(kind, namespace)?.state === 'synced' ? found : 'unknown';
    },
  };
  return { objects, reflectors: [...caches.values()].flatMap((within) => [...within.values()]) };
}

/** Which objects belong to which, by what they say themselves. */
function createBelongings() {
  const ownerOf = new Map<string, string>();
  const byOwner = new Map<string, Map<string, RelatedObject>>();
  const NONE: readonly RelatedObject[] = [];

  /** @returns the names of those to which it belongs, or belonged */
  function note(kind: RelatedKind, object: RelatedObject, isThere: boolean): string[] {
    const key = placeOf(kind.resource.kind, object.namespace, object.name);
    const before = ownerOf.get(key);
    const owner = isThere ? kind.ownerOf?.(object) : undefined;
    if (before !== undefined && before !== owner) drop(kind, object, key, before);
    if (owner !== undefined) {
      ownerOf.set(key, owner);
      const place = placeOf(kind.resource.kind, object.namespace, owner);
      const others = byOwner.get(place);
      if (others) others.set(key, object);
      else byOwner.set(place, new Map([[key, object]]));
    }
    return [...new Set([before, owner])].filter((one) => one !== undefined);
  }

  function drop(kind: RelatedKind, { namespace }: RelatedObject, key: string, owner: string): void {
    ownerOf.delete(key);
    const place = placeOf(kind.resource.kind, namespace, owner);
    const others = byOwner.get(place);
    others?.delete(key);
    if (others?.size === 0) byOwner.delete(place);
  }

  return {
    note,
    of: (kind: string, namespace: string, owner: string): readonly RelatedObject[] => {
      const found = byOwner.get(placeOf(kind, namespace, owner));
      return found ? [...found.values()] : NONE;
    },
  };
}

function placeOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
