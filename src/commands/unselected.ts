import { z } from 'zod';
import type { ObjectCache } from '../controller/index.ts';
import { type Connection, listKeys, type Reflector, type Resource } from '../kubernetes/index.ts';
import type { SourceObject } from '../sources/index.ts';

/** For so long a list of what the selector does not take is believed, in milliseconds: it may be long. */
const BELIEVED_MS = 600_000;

const List = z.object({ items: z.array(z.unknown()) });

/**
 * A reflector with a label selector, as a cache that tells an object that is gone from one that the selector does not take: the former's
 * rows go, the latter's may be another process's.
 */
export function alsoUnselected<T extends SourceObject>(
  reflector: Reflector<T>,
  { connection, resource }: { connection: Connection; resource: Resource },
): ObjectCache<T> {
  let unselected: ReadonlySet<string> = new Set();
  let readAt = Number.NEGATIVE_INFINITY;

  async function lives(namespace: string, name: string): Promise<boolean> {
    const { group, version, plural } = resource;
    const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;
    const query = { fieldSelector: `metadata.name=${name}` };
    return List.parse(await connection.request({ method: 'GET', path, query })).items.length > 0;
  }

  async function lookForUnselected(signal?: AbortSignal): Promise<void> {
    if (readAt + BELIEVED_MS > performance.now()) return;
    const living = await listKeys({ connection, resource, ...(signal && { signal }) });
    unselected = new Set([...living].filter((key) => reflector.get(key) === undefined));
    readAt = performance.now();
  }

  return {
    get: (key) => reflector.get(key),
    values: () => reflector.values(),
    get state() {
      return reflector.state;
    },
    async fetch(namespace, name) {
      const selected = await reflector.fetch(namespace, name);
      if (selected) return selected;
      return (await lives(namespace, name)) ? 'unselected' : undefined;
    },
    lookForUnselected,
    isUnselected: (key) => unselected.has(key),
  };
}
