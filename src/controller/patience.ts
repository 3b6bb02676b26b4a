import { canonical, type Registration } from '../registration/index.ts';

/** Remembers since when an object has wanted another backend than its rows have. */
export interface Patience {
  /**
   * How much longer a change of backend has to be wanted, in milliseconds.
   *
   * @param wanted - what is wanted, while it differs from the rows in served name or base path; undefined where it does not
   * @returns undefined where there is no change to wait for
   */
  waitMs(key: string, wanted: Registration[] | undefined): number | undefined;
}

/**
 * KServe shows the reason of a rollout up to 200 ms after the edit that starts it (measured on 0.20.0), so a change of the served
 * name or base path is believed only after it has been wanted for a while.
 */
export function createPatience(requiredMs: number, now: () => number): Patience {
  const wishes = new Map<string, { wish: string; since: number }>();
  return {
    waitMs(key, wanted) {
      if (!wanted) {
        wishes.delete(key);
        return undefined;
      }
      const wish = canonical(wanted.map(({ publicName, servedName, apiBase }) => [publicName, servedName, apiBase]));
      const known = wishes.get(key);
      if (known?.wish === wish) return Math.max(0, known.since + requiredMs - now());
      wishes.set(key, { wish, since: now() });
      return requiredMs;
    },
  };
}
