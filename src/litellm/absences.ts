/** Rows of others that a list misses. */
export interface Absences {
  /** True while a row that was known counts as being there, though the list that was just read does not show it. */
  excuses(id: string): boolean;
  /** A list shows it, or it is known to be gone. */
  forget(id: string): void;
}

/**
 * A list that misses a row of others may come from a LiteLLM that has just started and has loaded nothing: such a one lists nothing, and does not
 * look into its database for a name either (read in LiteLLM 1.106.0). For `settleMs`, in which every replica loads its database anew, the
 * row therefore still holds its name.
 *
 * @param now - a clock that never goes back, in milliseconds
 */
export function createAbsences(settleMs: number, now: () => number): Absences {
  /** By id: when a list missed it first. */
  const missedSince = new Map<string, number>();

  function excuses(id: string): boolean {
    const since = missedSince.get(id) ?? now();
    missedSince.set(id, since);
    if (since + settleMs > now()) return true;
    missedSince.delete(id);
    return false;
  }

  return { excuses, forget: (id) => void missedSince.delete(id) };
}
