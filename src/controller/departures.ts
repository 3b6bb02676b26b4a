import type { Projection } from '../registration/index.ts';

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
  /** True for an object that lives and is not ours. */
  ignores(key: string): boolean;
  /** Forgets those that have no rows any more. */
  prune(hasRows: (key: string) => boolean): void;
}

export function createDepartures(): Departures {
  /** Objects that meant something to us when they were seen last. */
  const ours = new Set<string>();
  const departed = new Set<string>();
  const ignored = new Set<string>();

  function note(key: string, projection: Projection | undefined, witnessed: boolean): void {
    if (projection?.state === 'ignore') ignored.add(key);
    else ignored.delete(key);
    if (!projection) {
      ours.delete(key);
      if (witnessed) departed.add(key);
    } else if (projection.state === 'ignore') {
      if (projection.optedOut || (witnessed && ours.has(key))) departed.add(key);
      ours.delete(key);
    } else {
      ours.add(key);
      // What is going is known to go, also where its end is missed.
      if (projection.state === 'withdraw') departed.add(key);
      else departed.delete(key);
    }
  }

  function prune(hasRows: (key: string) => boolean): void {
    for (const key of departed) if (!hasRows(key)) departed.delete(key);
  }

  return { note, saw: (key) => departed.has(key), ignores: (key) => ignored.has(key), prune };
}
