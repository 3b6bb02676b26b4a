import type { Connection } from './connection.ts';
import { KubernetesError } from './errors.ts';
import {
  createLease,
  type Lease,
  type LeaseMarks,
  type LeasePlace,
  type LeaseRecord,
  microTime,
  readLease,
  replaceLease,
} from './lease.ts';
import { type Clocks, createObservation, createTenure, momentOf } from './lease-clocks.ts';

export interface ClaimOptions {
  connection: Pick<Connection, 'request' | 'server'>;
  place: LeasePlace;
  identity: string;
  marks: LeaseMarks;
  leaseMs: number;
  renewDeadlineMs: number;
  clocks: Clocks;
}

/** One process's claim to a Lease: single steps, each guarded by the version that was read. Each throws KubernetesError, or what ended the call. */
export interface Claim {
  /** Takes the Lease where that is allowed. @returns whether it is ours now */
  take(signal: AbortSignal): Promise<boolean>;
  /** Renews it. @returns false where it is not ours any more, also where nobody else holds it now: somebody may have meanwhile */
  renew(signal: AbortSignal): Promise<boolean>;
  /** Gives it back, where it is ours. @returns whether it was */
  giveBack(signal: AbortSignal): Promise<boolean>;
  /** Whether the last renewal is so fresh that nobody else can hold it. */
  holds(): boolean;
  /** Milliseconds since the last renewal was sent, by the monotonic clock. */
  silentMs(): number;
  /** Gives it up for this process alone: nothing is written. */
  end(): void;
  /** The Lease as it was seen last. */
  readonly seen: Lease | undefined;
}

export function createClaim(options: ClaimOptions): Claim {
  const { connection, place, identity, marks, leaseMs, clocks } = options;
  const observation = createObservation(clocks);
  const tenure = createTenure(options.renewDeadlineMs, clocks);
  /** As we wrote it last; undefined where it has to be read first. */
  let ours: Lease | undefined;
  let seen: Lease | undefined;
  /** A write was sent: its answer may have been lost. */
  let mayBeOurs = false;

  async function look(signal: AbortSignal): Promise<Lease | undefined> {
    const lease = ours ?? (await readLease(connection, place, signal));
    ours = undefined;
    seen = lease ?? seen;
    observation.see(lease?.record);
    return lease;
  }

  function take(signal: AbortSignal): Promise<boolean> {
    return onceMore(async () => {
      const lease = await look(signal);
      // Ours already: an earlier write arrived, and its answer did not.
      if (lease?.record.holder !== identity && !observation.isFree()) return false;
      await write(lease, signal);
      return true;
    });
  }

  function renew(signal: AbortSignal): Promise<boolean> {
    return onceMore(async () => {
      const lease = await look(signal);
      // One that was deleted by hand is made anew: whoever stands by leaves us the time for it.
      if (lease ? lease.record.holder !== identity : !tenure.holds()) return false;
      await write(lease, signal);
      return true;
    });
  }

  async function write(lease: Lease | undefined, signal: AbortSignal): Promise<void> {
    const sent = momentOf(clocks);
    const content = { record: next(lease?.record, microTime(sent.wall)), marks };
    const before = mayBeOurs;
    mayBeOurs = true;
    const writing = lease
      ? replaceLease(connection, lease, content, signal)
      : createLease(connection, place, content, signal);
    ours = await writing.catch((error: unknown) => {
      if (error instanceof KubernetesError && REFUSALS.has(error.code)) mayBeOurs = before;
      throw error;
    });
    seen = ours;
    observation.see(ours.record);
    // From the sending on: the answer may have taken any time.
    tenure.renewed(sent);
  }

  function next(last: LeaseRecord | undefined, now: string): LeaseRecord {
    const goesOn = last?.holder === identity;
    return {
      holder: identity,
      durationMs: leaseMs,
      transitions: !last ? 0 : goesOn ? last.transitions : last.transitions + 1,
      acquireTime: goesOn ? last.acquireTime : now,
      renewTime: now,
    };
  }

  function giveBack(signal: AbortSignal): Promise<boolean> {
    if (!mayBeOurs) return Promise.resolve(false);
    return onceMore(async () => {
      const lease = await look(signal);
      if (lease?.record.holder !== identity) return false;
      const now = microTime(clocks.wall());
      // As client-go does: no holder, and the shortest duration for whoever looks at that alone.
      const record = { ...lease.record, holder: '', durationMs: 1_000, acquireTime: now, renewTime: now };
      seen = await replaceLease(connection, lease, { record, marks }, signal);
      return true;
    });
  }

  return {
    take,
    renew,
    giveBack,
    holds: () => tenure.holds(),
    silentMs: () => tenure.silentMs(),
    end: () => tenure.end(),
    get seen() {
      return seen;
    },
  };
}

/** Answers that say for sure that nothing was written. */
const REFUSALS: ReadonlySet<string> = new Set(['forbidden', 'not-found', 'conflict', 'already-exists', 'invalid']);

/** Where somebody wrote in between, what stands there now decides. */
async function onceMore(step: () => Promise<boolean>): Promise<boolean> {
  try {
    return await step();
  } catch (error) {
    const outdated: readonly string[] = ['conflict', 'already-exists', 'not-found'];
    if (!(error instanceof KubernetesError) || !outdated.includes(error.code)) throw error;
    return step();
  }
}
