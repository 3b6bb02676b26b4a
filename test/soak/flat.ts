/** What a process has in use at one moment. */
export interface Usage {
  /** Resident memory, in bytes. */
  rss: number;
  /** What is left on the heap after a collection, in bytes. */
  heap: number;
  /** Timers, sockets and the like that keep the process alive. */
  resources: number;
  /** Open file descriptors. */
  files: number;
}

/** What one figure did over a run. */
export interface Course {
  what: keyof Usage;
  /** Medians of the run's middle third and of its last. */
  middle: number;
  last: number;
  isFlat: boolean;
}

const MIB = 1024 * 1024;

/** How much more the last third may have than the middle one: a share of it, and something that even an idle process varies by. */
const ROOM: Record<keyof Usage, { share: number; more: number }> = {
  rss: { share: 0.05, more: 5 * MIB },
  heap: { share: 0.05, more: MIB },
  resources: { share: 0, more: 4 },
  files: { share: 0, more: 4 },
};

/**
 * Says of each figure whether it has stopped growing. The first third is left out: caches fill then, and code is compiled.
 *
 * @param samples - in their order, at equal distances
 */
export function judgeCourse(samples: readonly Usage[]): Course[] {
  const third = Math.floor(samples.length / 3);
  return (Object.keys(ROOM) as (keyof Usage)[]).map((what) => {
    const middle = median(samples.slice(third, 2 * third).map((one) => one[what]));
    const last = median(samples.slice(2 * third).map((one) => one[what]));
    const { share, more } = ROOM[what];
    return { what, middle, last, isFlat: last <= middle * (1 + share) + more };
  });
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
