import { jitter } from './backoff.ts';
import { KubernetesError } from './errors.ts';
import { identify, type ListOptions, listPages } from './list-pages.ts';
import type { ObjectCache } from './object-cache.ts';
import { type Identity, keyOf } from './raw-object.ts';
import type { ReflectorSettings } from './reflector-settings.ts';
import { pause } from './wait.ts';

/**
 * Lists everything beside a running watch and compares it with what is known. What the watch touched since the list began
 * is left out, whichever way it is newer; what differs otherwise gets a little time to arrive by the watch. Versions are
 * only compared for being equal, their order is the server's affair.
 *
 * @returns the keys of objects whose present state the watch did not tell.
 * @throws KubernetesError
 */
export async function findMisses<T>(
  cache: ObjectCache<T>,
  options: Omit<ListOptions, 'onItem' | 'signal'> & { graceMs: number; signal: AbortSignal },
): Promise<string[]> {
  const touched = new Set<string>();
  const forget = cache.onTouch((key) => touched.add(key));
  try {
    const listed = new Map<string, Identity>();
    await listPages({
      ...options,
      onItem(raw) {
        const identity = identify(raw, options.connection.server, options.resource);
        listed.set(keyOf(identity), identity);
      },
    });
    const suspects = [...listed]
      .filter(([, identity]) => !cache.has(identity))
      .map(([key]) => key)
      .concat([...cache.known()].filter((key) => !listed.has(key)))
      .filter((key) => !touched.has(key));
    if (suspects.length === 0) return [];
    await pause(options.graceMs, options.signal);
    return suspects.filter((key) => !touched.has(key));
  } finally {
    forget();
  }
}

/**
 * Looks for misses every `relistMs`, until it finds some, is refused, or the signal is aborted. Other failures are tried
 * again: they are the watch's business to report.
 *
 * @returns the number of misses; 0 when it ended for another reason.
 */
export async function auditUntilMiss(
  find: (signal: AbortSignal) => Promise<string[]>,
  settings: ReflectorSettings,
  signal: AbortSignal,
): Promise<number> {
  while (!signal.aborted) {
    await pause(jitter(settings.relistMs, 0.1, settings.random), signal);
    if (signal.aborted) break;
    try {
      const misses = await find(signal);
      if (misses.length > 0 && !signal.aborted) return misses.length;
    } catch (error) {
      if (error instanceof KubernetesError && (error.code === 'forbidden' || error.code === 'not-found')) return 0;
    }
  }
  return 0;
}
