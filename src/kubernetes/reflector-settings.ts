/** Times in milliseconds. */
export interface ReflectorSettings {
  /** Objects in one page of a list. */
  pageSize: number;
  /** How often everything is listed again beside the running watch, to find what the watch did not tell. */
  relistMs: number;
  /** How long a difference found by such a list may be on its way in the watch, before it counts as a miss. */
  missGraceMs: number;
  /** After this the server is asked to end a watch; half as much again at most. */
  watchMs: number;
  /** A watch that is silent for longer is opened anew. The API server sends a bookmark every minute, as a rule. */
  idleMs: number;
  /** Least time from one opening of a watch to the next, when the server ends them in the normal way. */
  reopenMs: number;
  /** After so many watches in a row that failed without a word, everything is listed again. */
  watchFailures: number;
  /** Waiting time after the first failure, and the longest, both before jitter. */
  backoffMinMs: number;
  backoffMaxMs: number;
  /** How often it is tried again while the kind is absent or forbidden. */
  deniedMs: number;
  random: () => number;
}

export const REFLECTOR_DEFAULTS: ReflectorSettings = {
  pageSize: 500,
  relistMs: 600_000,
  missGraceMs: 5_000,
  watchMs: 300_000,
  idleMs: 120_000,
  reopenMs: 1_000,
  watchFailures: 5,
  backoffMinMs: 500,
  backoffMaxMs: 30_000,
  deniedMs: 30_000,
  random: Math.random,
};
