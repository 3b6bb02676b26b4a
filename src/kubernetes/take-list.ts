import { createTimeSlice, yieldToLoop } from '../json/index.ts';
import { identify, type ListOptions, listPages } from './list-pages.ts';
import type { ObjectCache, Outcome } from './object-cache.ts';
import { keyOf, type Seen, see } from './raw-object.ts';

/**
 * Lists everything, and takes it over when, and only when, the list is whole: what is new or changed is told first, then what
 * is missing. No watch may run meanwhile. When the signal is aborted it stops where it is.
 *
 * @returns the resourceVersion from which a watch goes on.
 * @throws KubernetesError; the cache is then untouched.
 */
export async function takeList<T>(
  cache: ObjectCache<T>,
  options: Omit<ListOptions, 'onItem' | 'signal'> & { signal: AbortSignal; parse: (raw: unknown) => T },
  tell: (outcome: Outcome<T>) => void,
): Promise<string> {
  const { signal, parse } = options;
  const present = new Set<string>();
  const news: Seen<T>[] = [];
  const version = await listPages({
    ...options,
    onItem(raw) {
      const identity = identify(raw, options.connection.server, options.resource);
      present.add(keyOf(identity));
      if (!cache.has(identity)) news.push(see(identity, raw, parse));
    },
  });
  const sliceIsOver = createTimeSlice();
  for (const outcome of outcomes(cache, news, present)) {
    tell(outcome);
    if (sliceIsOver()) await yieldToLoop();
    if (signal.aborted) break;
  }
  return version;
}

/**
 * Lazily: each change enters the cache just before it is told. But what is missing leaves it at once, before the first of them is told: who
 * judges by how many are missing must not see a part.
 */
function* outcomes<T>(cache: ObjectCache<T>, news: Iterable<Seen<T>>, present: ReadonlySet<string>) {
  for (const seen of news) yield cache.apply(seen, 'list');
  const missing = [...cache.known()].filter((key) => !present.has(key));
  yield* missing.map((key) => cache.drop(key));
}
