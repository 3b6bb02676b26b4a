import type { ObjectCache } from '../../controller/index.ts';
import { type Connection, listKeys, type Reflector, type Resource } from '../../kubernetes/index.ts';
import type { SourceObject } from '../../sources/index.ts';

/** For so long a list of what the selector does not take is believed, in milliseconds: it may be long. */
const BELIEVED_MS = 600_000;

/**
 * A reflector with a label selector, as a cache that tells an object that is gone from one that the selector does not take: the former's
 * rows go, the latter's may be another process's.
 */
export function alsoUnselected<T extends SourceObject>(
  reflector: Reflector<T>,
  { connection, resource }: { connection: Connection; resource: Resource },
): ObjectCache<T> {
  let unselected = new Set<string>();
  let readAt = Number.NEGATIVE_INFINITY;

  const asRead = (): Resource => ({ ...resource, version: reflector.version });

  async function lives(namespace: string, name: string): Promise<boolean> {
    const fieldSelector = `metadata.name=${name}`;
    return (await listKeys({ connection, resource: { ...asRead(), namespace }, fieldSelector })).size > 0;
  }

  function get(key: string): T | undefined {
    const found = reflector.get(key);
    // By now the selector takes it: when it goes after this, it is gone.
    if (found) unselected.delete(key);
    return found;
  }

  async function lookForUnselected(signal?: AbortSignal): Promise<void> {
    if (readAt + BELIEVED_MS > performance.now()) return;
    const living = await listKeys({ connection, resource: asRead(), ...(signal && { signal }) });
    unselected = new Set([...living].filter((key) => reflector.get(key) === undefined));
    readAt = performance.now();
  }

  return {
    get,
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
