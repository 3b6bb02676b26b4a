import { createTimeSlice, yieldToLoop } from '../json/index.ts';
import { KubernetesError } from './errors.ts';
import { identify, type ListOptions, listPages } from './list-pages.ts';
import type { ObjectCache, Outcome } from './object-cache.ts';
import { keyOf, type Seen, see } from './raw-object.ts';
import { inEachVersion, type Resource } from './resource.ts';

type TakeOptions<T> = Omit<ListOptions, 'onItem' | 'signal'> & { signal: AbortSignal; parse: (raw: unknown) => T };

/**
 * As `takeList`, in the best version of the kind that the server has, which may be another than the last time: then every object is read anew.
 *
 * @param options.resource - as it was read last
 * @returns the resource as it was read now
 * @throws KubernetesError, `not-found` where the server has none of the versions
 */
export async function takeBestList<T>(
  cache: ObjectCache<T>,
  options: TakeOptions<T>,
  tell: (outcome: Outcome<T>) => void,
): Promise<{ version: string; resource: Resource }> {
  let absent: unknown;
  for (const resource of inEachVersion(options.resource)) {
    try {
      const anew = resource.version !== options.resource.version;
      return { version: await takeList(cache, { ...options, resource, anew }, tell), resource };
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.code !== 'not-found') throw error;
      absent ??= error;
    }
  }
  throw absent;
}

/**
 * Lists everything, and takes it over when, and only when, the list is whole: what is new or changed is told first, then what
 * is missing. No watch may run meanwhile. When the signal is aborted it stops where it is.
 *
 * @param options.anew - what did not change is told too: it was read in another version before
 * @returns the resourceVersion from which a watch goes on.
 * @throws KubernetesError; the cache is then untouched.
 */
export async function takeList<T>(
  cache: ObjectCache<T>,
  options: TakeOptions<T> & { anew?: boolean },
  tell: (outcome: Outcome<T>) => void,
): Promise<string> {
  const { signal, parse, anew = false } = options;
  const present = new Set<string>();
  const news: Seen<T>[] = [];
  const version = await listPages({
    ...options,
    onItem(raw) {
      const identity = identify(raw, options.connection.server, options.resource);
      present.add(keyOf(identity));
      if (anew || !cache.has(identity)) news.push(see(identity, raw, parse));
    },
  });
  if (anew) cache.outdate();
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
