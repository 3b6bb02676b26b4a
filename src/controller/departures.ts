import type { Projection } from '../registration/index.ts';

/** A list of LiteLLM's that misses the rows of an object may lag: what was seen is remembered for so long all the same, in milliseconds. */
const REMEMBERED_MS = 600_000;

/** Whoever stands by sees objects go for months and has no rows to compare: the oldest are forgotten beyond these. */
const MOST = 10_000;

/** Of which objects this process saw with its own eyes that they went, or that they are no longer ours. */
export interface Departures {
  /**
   * Notes what an object means now; undefined: it is gone.
   *
   * @param witnessed - true where the watch told of the change, false where it was found in a list
   */
  note(key: string, projection: Projection | undefined, witnessed: boolean): void;
  /** False: that it went is inferred from its absence, or from what it says after a time in which nobody looked. */
  saw(key: string): boolean;
  /** It is not gone in the sense that its rows should go: what comes later is judged anew. */
  forget(key: string): void;
  /** True for an object that lives and is not ours. */
  ignores(key: string): boolean;
  /** Forgets those that have had no rows for a while. */
  prune(hasRows: (key: string) => boolean): void;
}

/** @param now - a clock that never goes back, in milliseconds */
export function createDepartures(now: () => number): Departures {
  /** Objects that meant something to us when they were seen last. */
  const ours = new Set<string>();
  /** By key: when it was seen. */
  const departed = new Map<string, number>();
  const ignored = new Set<string>();

  function note(key: string, projection: Projection | undefined, witnessed: boolean): void {
    if (projection?.state === 'ignore') ignored.add(key);
    else ignored.delete(key);
    if (!projection) {
      ours.delete(key);
      if (witnessed) depart(key);
    } else if (projection.state === 'ignore') {
      if (projection.optedOut || (witnessed && ours.has(key))) depart(key);
      ours.delete(key);
    } else {
      ours.add(key);
      // What is going is known to go, also where its end is missed.
      if (projection.state === 'withdraw') depart(key);
      else departed.delete(key);
    }
  }

  function depart(key: string): void {
    departed.delete(key);
    departed.set(key, now());
    const [oldest] = departed.keys();
    if (departed.size > MOST && oldest !== undefined) departed.delete(oldest);
  }

  function prune(hasRows: (key: string) => boolean): void {
    for (const [key, at] of departed) {
      if (hasRows(key)) departed.set(key, now());
      else if (at + REMEMBERED_MS <= now()) departed.delete(key);
    }
  }

  return {
    note,
    saw: (key) => departed.has(key),
    forget: (key) => void departed.delete(key),
    ignores: (key) => ignored.has(key),
    prune,
  };
}
