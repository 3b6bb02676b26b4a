import { setTimeout as wait } from 'node:timers/promises';
import { type Decision, describeError, type Outcome, warningsOf } from '../../controller/index.ts';
import type { Applied } from '../../litellm/index.ts';
import {
  NO_NAMESPACE,
  parseSourceKey,
  type Registration,
  type SecretRef,
  type SourceRef,
  type StampedRecord,
  sourceKey,
} from '../../registration/index.ts';
import { type Instance, type Rooms, settledOrFailing } from '../wiring/index.ts';
import { missingSecretRight } from './rights.ts';
import { mayPass } from './trouble.ts';

/** The time between two looks, in milliseconds, where nothing else is said: nothing that is waited for is missed by more. */
const LOOK_MS = 1_000;

/** The longest time between two tries to write what LiteLLM does not show as written, in milliseconds. */
const LONGEST_MS = 30_000;

/** So long an object may look unroutable, in milliseconds: what is applied with it may come a moment later. */
const GRACE_MS = 5_000;

/** How it ended. */
export type Ending =
  /** LiteLLM serves it; `applied` is empty where it did before. */
  | { end: 'registered'; records: StampedRecord[]; applied: Applied[]; warnings: string[] }
  | { end: 'planned'; decision: Decision; warnings: string[] }
  /** A controller registered the object itself. */
  | { end: 'looked-after'; records: StampedRecord[] }
  /** Something has to be changed by a person; names that were granted may be registered all the same. */
  | { end: 'refused'; why: string[]; applied: Applied[] }
  | { end: 'timed-out'; why: string; applied: Applied[] };

export interface BringOptions
  extends Pick<Rooms, 'reflectors' | 'relatedTried' | 'connection'>,
    Pick<Instance, 'engine' | 'registry' | 'gate'> {
  /** What is to be registered, by the name that its rows have for it. */
  source: SourceRef;
  /** The same object as a controller would call it. */
  lookedAfter: SourceRef | undefined;
  dryRun: boolean;
  /** How long it may take until it is registered, in milliseconds. */
  timeoutMs: number;
  /** Told at each look what is waited for. */
  waits: (why: string) => void;
  /** Resolves when something about the object changed since it was asked for. */
  changed: () => Promise<unknown>;
  /** Ends it between two looks. */
  signal: AbortSignal;
}

/** What is to be done next: nothing more, or another look. */
type Look =
  | { ending: Ending }
  /** `refusal`: why it is refused, should that not change in a moment. */
  | { why: string; againMs?: number; serves?: boolean; refusal?: string[] };

/**
 * Waits until an object is Ready, and registers it as a controller would: by the one engine. It goes on until no row is left that
 * another takes the place of.
 *
 * @throws the signal's reason, KubernetesError where rights cannot be asked for
 */
export async function bring(options: BringOptions): Promise<Ending> {
  const { waits, changed, signal, timeoutMs, relatedTried, reflectors } = options;
  const deadline = performance.now() + timeoutMs;
  const look = createLook(options);
  await Promise.all([relatedTried, ...reflectors.map(({ reflector }) => settledOrFailing(reflector))]);
  for (;;) {
    const news = changed();
    const found = await look();
    if ('ending' in found) return found.ending;
    const { why, againMs = LOOK_MS, serves, refusal } = found;
    waits(why);
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 && refusal) return { end: 'refused', why: refusal, applied: look.applied };
    // What serves already is not left half done: the old row goes in a foreseeable time.
    if (leftMs <= 0 && !serves) return { end: 'timed-out', why, applied: look.applied };
    await pause(news, Math.max(10, serves ? againMs : Math.min(againMs, leftMs)), signal);
    signal.throwIfAborted();
  }
}

/** So long, in milliseconds, or until there is news. @throws the signal's reason */
async function pause(news: Promise<unknown>, ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const time = wait(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) });
  try {
    await Promise.race([news, time]);
  } finally {
    // Nothing is left that would hold the process up at its end.
    over.abort();
    await time.catch(() => undefined);
  }
}

function createLook(options: BringOptions): (() => Promise<Look>) & { applied: Applied[] } {
  const { engine, registry, gate, reflectors, source, lookedAfter, dryRun, signal, connection } = options;
  const key = sourceKey(source);
  const applied: Applied[] = [];
  /** Warnings about the changes that were made, which the next look knows nothing of. */
  const told = new Set<string>();
  let listed = false;
  let rounds = 0;
  let unroutableSince: number | undefined;

  async function look(): Promise<Look> {
    if (!listed) {
      const trouble = await tried(() => engine.refresh(signal));
      if (trouble) return trouble;
      listed = true;
    }
    const unread = unreadYet();
    if (unread) return unread;
    const [known] = engine.projections();
    if (!known)
      return { why: 'it is not there yet: look at its name and its namespace, if nobody is about to make it' };
    const theirs = lookedAfter ? registry.recordsOf(lookedAfter).filter(({ stamp }) => stamp.uid === known.uid) : [];
    if (theirs.length > 0) return { ending: { end: 'looked-after', records: theirs } };
    const { projection } = known;
    if (projection.state !== 'invalid') unroutableSince = undefined;
    switch (projection.state) {
      case 'invalid':
        return unusable(projection.problems);
      case 'withdraw':
      case 'ignore':
        return refused([`${projection.why}.`]);
      case 'hold':
        return { why: projection.why };
      case 'serve':
        if (projection.waitingFor !== undefined) return { why: projection.waitingFor };
        return twinOf(projection.registrations) ?? act(projection.apiKeySecret);
    }
  }

  /** Why nothing can be said of the object yet. */
  function unreadYet(): Look | undefined {
    const [reflector] = reflectors.map((one) => one.reflector);
    switch (reflector?.state) {
      case 'starting':
        return { why: 'the API server has not answered yet' };
      case 'failing':
        return { why: reflector.trouble?.message ?? 'the API server does not answer' };
      case 'absent':
        return refused([
          'Its CRD is not installed in the cluster: install KServe, or name another cluster with --context.',
        ]);
      case 'forbidden':
        return refused([reflector.trouble?.message ?? 'This account may not list and watch it.']);
      default:
        return undefined;
    }
  }

  /** An address is known by its first name: under another one it would get a second row for each name that it has already. */
  function twinOf(registrations: readonly Registration[]): Look | undefined {
    if (source.namespace !== NO_NAMESPACE) return undefined;
    const twin = registry.owned().find(({ stamp, publicName, params }) => {
      const ref = parseSourceKey(stamp.source);
      if (ref?.kind !== source.kind || ref.namespace !== NO_NAMESPACE || stamp.source === key) return false;
      return registrations.some((one) => one.publicName === publicName && one.apiBase === params.api_base);
    });
    if (!twin) return undefined;
    const first = registry.owned().filter(({ stamp }) => stamp.source === twin.stamp.source);
    const names = [...new Set(first.map(({ publicName }) => publicName))].join(',');
    return refused([
      `"${twin.publicName}" is registered for this very address already, with another name in front: give the names in the order of then (--model-name ${names}), or take those out first with --deregister.`,
    ]);
  }

  function unusable(problems: Decision['problems']): Look {
    unroutableSince ??= performance.now();
    const why = problems.map(({ message }) => message);
    const isUnroutable = problems.every(({ reason }) => reason === 'NotRoutable');
    if (!isUnroutable || unroutableSince + GRACE_MS <= performance.now()) return refused(why);
    return { why: why.join(' '), refusal: why };
  }

  async function act(secret: SecretRef | undefined): Promise<Look> {
    if (dryRun) return planned();
    const outcome = await engine.reconcile(key, 'prompt', signal);
    if (!outcome) return { why: 'it cannot be read for certain' };
    applied.push(...outcome.applied);
    if (outcome.error !== undefined || outcome.gated) return troubleOf(outcome);
    const { decision } = outcome;
    for (const { message } of warningsOf({ ...outcome, decision: { ...decision, problems: [] } })) told.add(message);
    if (decision.state === 'conflict' || decision.state === 'invalid') return refusedBy(decision);
    const { changes, dueAt } = decision.plan;
    // A row that cannot be replaced stays, with the rest of it in step: there is nothing to wait for.
    if (outcome.applied.some(({ result }) => result === 'kept')) return registered(decision);
    if (decision.state !== 'live' || changes.length > 0) return unfinished(decision, secret);
    if (dueAt !== undefined) {
      const why = 'it is registered, and its old row goes when every replica of LiteLLM knows the new one';
      // What others set on the old row meanwhile moves along.
      listed = false;
      return { why, againMs: dueAt - Date.now(), serves: true };
    }
    return registered(decision);
  }

  function registered({ problems }: Decision): Look {
    const warnings = [...told, ...problems.map(({ message }) => message)];
    return { ending: { end: 'registered', records: registry.recordsOf(source), applied, warnings } };
  }

  async function planned(): Promise<Look> {
    let decision: Decision | undefined;
    const trouble = await tried(async () => {
      decision = await engine.verify(key, signal);
    });
    if (trouble) return trouble;
    if (!decision) return { why: 'it cannot be read for certain' };
    if (decision.state === 'conflict' || decision.state === 'invalid') return refusedBy(decision);
    await engine.judge(signal);
    return { ending: { end: 'planned', decision, warnings: decision.problems.map(({ message }) => message) } };
  }

  /** Not all of it is done: a rollout, a key that cannot be read now, a row that LiteLLM does not serve yet. */
  async function unfinished(
    { problems, why, plan: { dueAt } }: Decision,
    secret: SecretRef | undefined,
  ): Promise<Look> {
    const unread = problems.find(({ reason }) => reason === 'RegistrationFailed');
    const denied = unread && secret && (await missingSecretRight(connection, secret));
    if (denied) return refused([denied]);
    listed = false;
    rounds += 1;
    const againMs = dueAt === undefined ? Math.min(LOOK_MS * 2 ** (rounds - 1), LONGEST_MS) : dueAt - Date.now();
    return { why: problems[0]?.message ?? why ?? 'LiteLLM does not serve it yet', againMs };
  }

  function troubleOf({ error, gated }: Outcome): Look {
    const cause = gated ? gate.trouble : error;
    if (cause !== undefined && !mayPass(cause)) return refused([describeError(cause).message]);
    listed = false;
    return { why: describeError(cause ?? error).message, againMs: Math.max(gate.waitMs(), LOOK_MS) };
  }

  /** What came in the way of a call, where it may pass. @throws where nobody expects it */
  async function tried(call: () => Promise<void>): Promise<Look | undefined> {
    try {
      await call();
      return undefined;
    } catch (error) {
      if (!mayPass(error)) throw error;
      return { why: describeError(error).message, againMs: Math.max(gate.waitMs(), LOOK_MS) };
    }
  }

  function refusedBy({ problems }: Decision): Look {
    return refused(problems.map(({ message }) => message));
  }

  function refused(why: string[]): Look {
    return { ending: { end: 'refused', why, applied } };
  }

  return Object.assign(look, { applied });
}
