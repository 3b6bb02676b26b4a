/** Remembers since when objects are down. A controller that starts anew counts anew. */
export interface Downtimes {
  /** How much longer an object may be down, in milliseconds; its clock starts when it is asked for first. */
  waitMs(key: string, graceMs: number): number;
  /** It is not down. */
  forget(key: string): void;
}

/** @param now - a clock that never goes back, in milliseconds */
export function createDowntimes(now: () => number): Downtimes {
  const since = new Map<string, number>();
  return {
    waitMs(key, graceMs) {
      const from = since.get(key) ?? now();
      since.set(key, from);
      return Math.max(0, from + graceMs - now());
    },
    forget: (key) => void since.delete(key),
  };
}
