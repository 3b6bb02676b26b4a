import type { LeaseRecord } from './lease.ts';

/** The two clocks of this machine, in milliseconds. */
export interface Clocks {
  /** Never goes back; stands still while the machine is suspended. */
  monotonic(): number;
  /** May be set by anybody; goes on while the machine is suspended. */
  wall(): number;
}

export const CLOCKS: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/** One moment by both clocks. */
export interface Moment {
  monotonic: number;
  wall: number;
}

export function momentOf(clocks: Clocks): Moment {
  return { monotonic: clocks.monotonic(), wall: clocks.wall() };
}

/** For how long a holder may act: nobody else can have taken a Lease so soon after it was renewed. */
export interface Tenure {
  /** Notes a renewal that succeeded, by the moment at which it was *sent*. */
  renewed(sent: Moment): void;
  /** False as soon as either clock says that the deadline is over: each misses what the other sees (a suspended machine, a clock set back). */
  holds(): boolean;
  /** Milliseconds since the last renewal was sent, by the clock that nobody sets. */
  silentMs(): number;
  end(): void;
}

/** @param deadlineMs - shorter than the Lease lasts, by enough for a call that is under way */
export function createTenure(deadlineMs: number, clocks: Clocks): Tenure {
  let last: Moment | undefined;
  const silentMs = (): number => (last ? clocks.monotonic() - last.monotonic : Number.POSITIVE_INFINITY);
  return {
    renewed: (sent) => {
      last = sent;
    },
    holds: () => last !== undefined && Math.max(silentMs(), clocks.wall() - last.wall) < deadlineMs,
    silentMs,
    end: () => {
      last = undefined;
    },
  };
}

/** What one who stands by has seen of the holder. */
export interface Observation {
  see(record: LeaseRecord | undefined): void;
  /**
   * Whether the Lease may be taken: nobody holds it, or it has not changed before our eyes for as long as its holder asked for. The times
   * that stand in it count for nothing: they are of another machine's clock (client-go's rule).
   */
  isFree(): boolean;
}

export function createObservation(clocks: Clocks): Observation {
  let seen: { text: string; record: LeaseRecord; at: number } | undefined;
  return {
    see(record) {
      // One that is gone was deleted by hand while it was held: its holder makes it anew, and goes first.
      if (!record) return;
      const text = JSON.stringify(record);
      if (seen?.text !== text) seen = { text, record, at: clocks.monotonic() };
    },
    isFree: () => !seen || seen.record.holder === '' || clocks.monotonic() - seen.at > seen.record.durationMs,
  };
}
