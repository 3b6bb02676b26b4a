import { jitter } from './backoff.ts';
import { KubernetesError } from './errors.ts';
import type { Lease } from './lease.ts';
import { type ClaimOptions, createClaim } from './lease-claim.ts';
import { CLOCKS, type Clocks } from './lease-clocks.ts';
import type { Log } from './log.ts';
import { deadline, pause } from './wait.ts';

/** Waiting times of an election, in milliseconds. */
export interface ElectionTiming {
  /** How long nobody else may take the Lease after a renewal: whole seconds, since it stands in the Lease as such. */
  leaseMs: number;
  /** Who has not renewed for so long acts no more. */
  renewDeadlineMs: number;
  renewMs: number;
  /** How often one who stands by looks, and a failed renewal is tried again. */
  retryMs: number;
}

/** 15 s, 10 s, 2 s and 1 s for the usual Lease; a shorter one in the same proportions, a longer one is looked at as often. */
export function electionTiming(leaseMs: number): ElectionTiming {
  return {
    leaseMs,
    renewDeadlineMs: (leaseMs * 2) / 3,
    renewMs: Math.min(2_000, (leaseMs * 2) / 15),
    retryMs: Math.min(1_000, leaseMs / 15),
  };
}

export interface ElectionOptions extends Omit<ClaimOptions, 'leaseMs' | 'renewDeadlineMs' | 'clocks'> {
  timing: ElectionTiming;
  log: Log;
  clocks?: Clocks;
  random?: () => number;
}

/** One candidate for a Lease. Its identity names this process, and no other that ever was. */
export interface Election {
  /** Waits until this candidate is elected; from then on it renews. @returns false where the signal was aborted before */
  acquire(signal: AbortSignal): Promise<boolean>;
  /** Whether it may act at this very moment: to be asked immediately before each thing that it does. */
  mayAct(): boolean;
  /**
   * Aborted when the Lease is lost: another took it over, now or in between. It does not come back. One that cannot be renewed for longer than
   * the deadline is not lost by that: nobody may act then, and if nobody took it over until it can be renewed again, all goes on.
   */
  readonly lost: AbortSignal;
  /** The Lease as it was seen last; undefined where it was never read. */
  readonly seen: Lease | undefined;
  /** Ends it, and gives back a Lease that is still held, so that the next one need not wait. Never throws. */
  release(): Promise<void>;
  /** Ends it without giving the Lease back: the next one waits until it has run out. */
  end(): Promise<void>;
}

/** How long giving back may take: it is among the last things that a process does. */
const RELEASE_WITHIN_MS = 2_000;

/** What to do about a fault that does not pass by itself. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  forbidden:
    'let this user get and update this Lease, and create Leases in its namespace, as the Role of manifests/base does',
  'not-found': 'the namespace of the Lease is not there: make it, or name another with --lease-namespace',
};

/** Leader election by Lease, with the semantics of client-go's `leaderelection`. */
export function createElection(options: ElectionOptions): Election {
  const { timing, place, identity, marks, log, clocks = CLOCKS, random = Math.random } = options;
  const claim = createClaim({ ...options, ...timing, clocks });
  const where = { lease: `${place.namespace}/${place.name}`, identity };
  const loss = new AbortController();
  const ending = new AbortController();
  /** The code of what goes wrong just now. */
  let trouble: string | undefined;
  let told: string | undefined;
  let isOverdue = false;
  let renewing: Promise<void> | undefined;

  async function acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await elected(signal)) {
        log.info({ ...where, transitions: claim.seen?.record.transitions ?? 0 }, 'this process leads');
        renewing = keepRenewing();
        return true;
      }
      await pause(jitter(timing.retryMs, 0.2, random), signal);
    }
    return false;
  }

  async function elected(signal: AbortSignal): Promise<boolean> {
    try {
      const isElected = await within(signal, (limited) => claim.take(limited));
      healed();
      if (!isElected) tellHolder();
      return isElected;
    } catch (error) {
      if (!signal.aborted) tellTrouble(error);
      return false;
    }
  }

  async function keepRenewing(): Promise<void> {
    const { signal } = ending;
    while (!signal.aborted) {
      await pause(trouble === undefined ? timing.renewMs : timing.retryMs, signal);
      if (signal.aborted) return;
      try {
        if (!(await within(signal, (limited) => claim.renew(limited)))) return lose();
        healed();
      } catch (error) {
        if (signal.aborted) return;
        tellTrouble(error);
        if (claim.silentMs() >= timing.renewDeadlineMs) tellOverdue();
      }
    }
  }

  /** So short that a second try fits in before the deadline. */
  async function within<T>(signal: AbortSignal, step: (limited: AbortSignal) => Promise<T>): Promise<T> {
    const limit = deadline([signal], timing.renewDeadlineMs / 2);
    try {
      return await step(limit.signal);
    } finally {
      limit.release();
    }
  }

  function lose(): void {
    claim.end();
    const holder = claim.seen?.record.holder ?? '';
    log.error({ ...where, holder }, 'the Lease is lost, another process took it over: this one writes no more');
    loss.abort();
  }

  async function end(): Promise<void> {
    ending.abort();
    await renewing;
    claim.end();
  }

  async function release(): Promise<void> {
    await end();
    if (loss.signal.aborted) return;
    const limit = deadline([], RELEASE_WITHIN_MS);
    try {
      if (await claim.giveBack(limit.signal)) log.info(where, 'the Lease was given back');
    } catch (error) {
      log.warn(
        { ...where, error: words(error) },
        'the Lease could not be given back: the next leader waits until it runs out',
      );
    } finally {
      limit.release();
    }
  }

  function tellHolder(): void {
    const { record: { holder = '' } = {}, annotations = {} } = claim.seen ?? {};
    if (holder === told) return;
    told = holder;
    log.info({ ...where, holder }, 'standing by: another process leads');
    for (const [key, own] of Object.entries(marks.annotations)) {
      const theirs = annotations[key];
      if (theirs === undefined || theirs === own) continue;
      const message = 'the Lease is held by another installation: give this one a Lease of its own with --lease-name';
      log.warn({ ...where, holder, [key]: theirs }, message);
    }
  }

  /** Each kind of trouble once, until it has passed. */
  function tellTrouble(error: unknown): void {
    const { code, message } = words(error);
    if (code === trouble) return;
    trouble = code;
    const next = NEXT_STEPS[code];
    log.warn({ ...where, error: { code, message }, ...(next && { next }) }, 'the Lease cannot be read or written');
  }

  function tellOverdue(): void {
    if (isOverdue) return;
    isOverdue = true;
    log.error(where, 'the Lease could not be renewed in time: this process writes nothing until it can');
  }

  function healed(): void {
    isOverdue = false;
    if (trouble !== undefined) log.info(where, 'the Lease can be read and written again');
    trouble = undefined;
  }

  return {
    acquire,
    mayAct: () => claim.holds(),
    lost: loss.signal,
    get seen() {
      return claim.seen;
    },
    release,
    end,
  };
}

function words(error: unknown): { code: string; message: string } {
  if (error instanceof KubernetesError) return { code: error.code, message: error.message };
  return { code: 'timeout', message: 'The API server gave no answer in time; check that it is up and not overloaded.' };
}
