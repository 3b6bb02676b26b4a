import { canonical, type Registration } from '../registration/index.ts';

/** Remembers since when an object has wanted another backend than its rows have. */
export interface Patience {
  /**
   * How much longer a change of backend has to be wanted, in milliseconds.
   *
   * @param wanted - what is wanted, while it differs from the rows in served name or base path; undefined where it does not
   * @param version - the object's resourceVersion
   * @returns undefined where there is no change to wait for
   */
  waitMs(key: string, wanted: Registration[] | undefined, version: string): number | undefined;
  /** The object has no row by which its version could be told to be a right one: the first may still be under way, planned from an older version. */
  forget(key: string): void;
}

interface Wish {
  wish: string;
  since: number;
  /** The object's version, where the wish changed and the object did not: something that it refers to did. */
  unmoved?: string;
}

/**
 * How long KServe may take to begin with what somebody edited beside the object, a serving runtime: it looks at the objects of a
 * runtime one after the other.
 */
const UNMOVED_MS = 300_000;

/**
 * KServe shows the reason of a rollout up to 200 ms after the edit that starts it (measured on 0.20.0), so a change of the served
 * name or base path is believed only after it has been wanted for a while. Where the object itself did not change, it is believed only
 * after KServe has shown some sign of it in the status, or never will.
 */
export function createPatience(requiredMs: number, now: () => number): Patience {
  const wishes = new Map<string, Wish>();
  /** By key: the version of the object when its rows were right last. */
  const calm = new Map<string, string>();
  return {
    waitMs(key, wanted, version) {
      if (!wanted) {
        wishes.delete(key);
        calm.set(key, version);
        return undefined;
      }
      const wish = canonical(wanted.map(({ publicName, servedName, apiBase }) => [publicName, servedName, apiBase]));
      let known = wishes.get(key);
      if (known?.wish !== wish || (known.unmoved !== undefined && known.unmoved !== version)) {
        const unmoved = known?.wish !== wish && calm.get(key) === version && requiredMs > 0;
        known = { wish, since: now(), ...(unmoved && { unmoved: version }) };
        wishes.set(key, known);
      }
      const needed = known.unmoved === undefined ? requiredMs : Math.max(requiredMs, UNMOVED_MS);
      return Math.max(0, known.since + needed - now());
    },
    forget(key) {
      wishes.delete(key);
      calm.delete(key);
    },
  };
}
