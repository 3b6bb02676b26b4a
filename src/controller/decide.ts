import {
  ANNOTATION_PREFIX,
  adoptionsOf,
  applyPolicy,
  changesBackend,
  liftBlocks,
  type ModelRecord,
  type Plan,
  type Projection,
  planAdoption,
  planDown,
  planHold,
  planServe,
  planWithdraw,
  type Registration,
  registeredRef,
  type ServeInput,
  type SourceRef,
  type StampedRecord,
  settleDoubt,
  sourceKey,
} from '../registration/index.ts';
import type { Source, SourceObject } from '../sources/index.ts';
import type { BackendKey } from './backend-keys.ts';
import { type Claims, judgeNames } from './judge-names.ts';
import { withoutCredential, withoutUnfit } from './named-credential.ts';
import type { Sight } from './template-watch.ts';
import type { StandingProblem, World } from './world.ts';

/** What stands between an object and its model, in one word: `registrations{state}`. `none`: there is nothing to count. */
export type ObjectState = 'live' | 'saved' | 'held' | 'down' | 'conflict' | 'invalid' | 'rejected' | 'none';

/** What is to be done about one object, and what is to be said about it. */
export interface Decision {
  source: SourceRef;
  /** Of the living object, else of the one that the rows stand for. */
  uid: string | undefined;
  state: ObjectState;
  plan: Plan;
  /** Standing Warnings. */
  problems: StandingProblem[];
  /** Where the object is gone or no longer ours: whether that was seen, or is inferred from what is there now. */
  absence?: 'observed' | 'inferred';
  /** For people: why it is held, withdrawn or ignored. */
  why?: string;
  /** It belongs to another LiteLLM, which tells of it and counts it. */
  elsewhere?: true;
}

/** Decides about one object as it is now. Nothing is written; only the clock of a change of backend that is seen for the first time starts. */
export function decide(world: World, ref: SourceRef, source: Source, object: SourceObject | undefined): Decision {
  const records = world.registry.recordsOf(ref);
  const projection = object && source.project(object, world.projection, world.related);
  const decision =
    object && projection ? decideFor(world, ref, object, projection, records) : gone(world, ref, records);
  // Whatever the policy says.
  const plan = withoutUnfit(world, ref, records, applyPolicy(decision.plan, world.policy));
  return {
    ...decision,
    plan: world.adopting?.has(sourceKey(ref)) ? adoptionsOf(plan) : plan,
    ...(projection?.elsewhere && { elsewhere: true }),
  };
}

function gone(world: World, source: SourceRef, records: StampedRecord[]): Decision {
  const how = absence(world, source);
  const why = how === 'observed' ? 'the object was deleted' : 'the object is not there any more';
  const uid = records[0]?.stamp.uid;
  return {
    source,
    uid,
    state: 'none',
    plan: planWithdraw(records),
    problems: [],
    absence: how,
    why,
  };
}

function absence({ departures }: World, source: SourceRef): 'observed' | 'inferred' {
  return departures.saw(sourceKey(source)) ? 'observed' : 'inferred';
}

/**
 * An object that lives and that `--selector` does not take: its rows are kept. Another process with the same owner id may look
 * after it, and two that withdraw each other's models would never end.
 */
export function decideUnselected({ source, uid }: Decision): Decision {
  return { source, uid, state: 'held', plan: { changes: [] }, problems: [], why: 'it does not match --selector' };
}

/** What is not listed any more: rows whose mark says so stay, and are left alone from then on. */
export function decideDelisted(decision: Decision): Decision {
  const changes = decision.plan.changes.filter(
    (change) => !('record' in change) || change.record.stamp?.retain !== true,
  );
  if (changes.length === decision.plan.changes.length) return decision;
  const why = 'it is not listed any more, and its entry said cleanup: retain';
  return { ...decision, state: 'held', plan: { ...decision.plan, changes }, why };
}

function decideFor(
  world: World,
  source: SourceRef,
  { uid, resourceVersion }: SourceObject,
  projection: Projection,
  records: StampedRecord[],
): Decision {
  const base = { source, uid };
  if (projection.state !== 'hold') world.downtimes.forget(sourceKey(source));
  switch (projection.state) {
    case 'ignore': {
      const { why } = projection;
      const plan = planWithdraw(records);
      return { ...base, state: 'none', plan, problems: [], absence: absence(world, source), why };
    }
    case 'withdraw':
      // When it comes back its pods are new ones, whatever stayed of its rows.
      world.patience.forget(sourceKey(source));
      return { ...base, state: 'none', plan: planWithdraw(records), problems: [], why: projection.why };
    case 'hold':
      if (projection.keepsFormer) return { ...base, ...keptWhole(projection) };
      return { ...base, problems: [], ...unready(world, base, projection, records) };
    case 'invalid':
      return { ...base, state: 'invalid', ...invalid(uid, projection, records), problems: projection.problems };
    case 'serve':
      return serve(world, { ...base, version: resourceVersion }, projection, records);
  }
}

function serve(
  world: World,
  { version, ...base }: { source: SourceRef; uid: string; version: string },
  projection: Projection & { state: 'serve' },
  records: StampedRecord[],
): Decision {
  const refusal = withoutCredential(world, base.uid, projection, records);
  if (refusal) return { ...base, ...refusal };
  const key = projection.apiKeySecret && world.backendKeys.look(projection.apiKeySecret);
  if (key && key.state !== 'known') return withoutKey(base, key, records);
  const own = records.filter((record) => record.stamp.uid === base.uid);
  const certain = projection.doubt
    ? settleDoubt(projection.registrations, projection.doubt, own)
    : projection.registrations;
  const wanted = key ? certain.map((one) => withKey(one, key)) : certain;
  const claims = judgeNames(world, { ...base, apartFrom: projection.apartFrom }, wanted);
  const input: ServeInput = {
    owner: world.owner,
    ...base,
    granted: claims.granted,
    withheld: claims.withheld,
    refused: claims.refused,
    yielded: claims.yielded,
    mayStart: projection.waitingFor === undefined,
    records,
    // Also those of an object that had its name before: nobody else takes them out.
    stopgaps: world.registry.recordsOf(registeredRef(base.source)),
    now: world.now(),
    settleMs: world.settleMs,
  };
  const problems = [...projection.warnings, ...claims.problems, ...savedNotLive(records)];
  // Of names that others have, too: what has long been wanted is not news when they become free.
  const sight: Sight = { version, template: projection.template, rollingOut: projection.rollingOut };
  const waitMs = rolloutWaitMs(world, { ...input, granted: wanted }, own, sight);
  if (projection.rollingOut ? waitMs !== undefined : waitMs) {
    const why = 'a changed served name or base path is taken over when the rollout is through';
    const hold = letIn(base.uid, withoutStandIns(base.uid, claims.granted, records));
    const dueAt = projection.rollingOut ? undefined : world.now() + (waitMs ?? 0);
    return { ...base, ...hold, plan: { ...hold.plan, ...(dueAt !== undefined && { dueAt }) }, problems, why };
  }
  const adopting = world.adopting?.get(sourceKey(base.source));
  const plan = liftBlocks(adopting ? adoption(world, input, adopting) : planServe(input), base.uid, records);
  const dueAt = Math.min(plan.dueAt ?? Number.POSITIVE_INFINITY, claims.dueAt);
  return {
    ...base,
    state: stateOf(claims, records),
    plan: Number.isFinite(dueAt) ? { ...plan, dueAt } : plan,
    problems,
    ...(projection.waitingFor !== undefined && { why: projection.waitingFor }),
  };
}

/** Without the rows of an object that was deleted and made again which are the only ones of their names: the one that lives serves those. */
function withoutStandIns(uid: string, granted: readonly Registration[], records: StampedRecord[]): StampedRecord[] {
  const alive = records.filter((record) => record.stamp.uid === uid);
  const has = (rows: readonly { publicName: string }[], name: string) => rows.some((one) => one.publicName === name);
  const stays = ({ publicName }: StampedRecord) => has(granted, publicName) && !has(alive, publicName);
  return records.filter((record) => record.stamp.uid === uid || !stays(record));
}

/** How much longer a changed backend has to be wanted, in milliseconds; undefined where it did not change. */
function rolloutWaitMs({ patience }: World, input: ServeInput, own: StampedRecord[], sight: Sight): number | undefined {
  const key = sourceKey(input.source);
  if (own.length > 0) return patience.waitMs(key, input.granted, changesBackend(input), sight);
  patience.forget(key);
  return undefined;
}

function adoption(world: World, input: ServeInput, adopting: readonly ModelRecord[]): Plan {
  const ids = new Set(adopting.map(({ id }) => id));
  const names = new Set(adopting.map(({ publicName }) => publicName));
  const standing = [...names].flatMap((name) => world.registry.underName(name).filter(({ id }) => ids.has(id)));
  return planAdoption(input, standing, names);
}

function withKey(registration: Registration, { value, version }: BackendKey & { state: 'known' }): Registration {
  return { ...registration, params: { ...registration.params, api_key: value }, keyVersion: version };
}

/** A key that is named and cannot be had: what is there stays, nothing is added. */
function withoutKey(
  base: { source: SourceRef; uid: string },
  key: Exclude<BackendKey, { state: 'known' }>,
  records: StampedRecord[],
): Decision {
  const { state, plan } = letIn(base.uid, records);
  if (key.state === 'unknown') {
    const problems: StandingProblem[] =
      key.why === undefined ? [] : [{ reason: 'RegistrationFailed', message: `${key.why}.` }];
    return { ...base, state, plan, problems, why: key.why ?? 'the key of its backend was not read yet' };
  }
  const message = `${ANNOTATION_PREFIX}api-key-secret: ${key.why}.`;
  return { ...base, state: 'invalid', plan, problems: [{ reason: 'InvalidAnnotation', message }] };
}

/** What is there stays, unless it would lead elsewhere. A block is for a model that is down, and whether it is cannot be told. */
function invalid(
  uid: string,
  { problems: [{ message }], unsafe }: Projection & { state: 'invalid' },
  records: StampedRecord[],
): Pick<Decision, 'plan' | 'why'> {
  if (unsafe) return { plan: planWithdraw(records), why: message.replace(/\.$/, '') };
  return { plan: liftBlocks(planHold(uid, records), uid, records) };
}

/** Nothing is touched, whichever object it was made for. */
function keptWhole({ why, dueAt }: Projection & { state: 'hold' }): Omit<Decision, 'source' | 'uid'> {
  return { state: 'held', plan: { changes: [], ...(dueAt !== undefined && { dueAt }) }, problems: [], why };
}

/** What is kept, and what becomes of it when the object is down for longer than its owner lets it. */
function unready(
  { downtimes, now }: World,
  { source, uid }: { source: SourceRef; uid: string },
  { why, unready: wish, dueAt }: Projection & { state: 'hold' },
  records: StampedRecord[],
): Pick<Decision, 'state' | 'plan' | 'why'> {
  const key = sourceKey(source);
  const kept = held(uid, records);
  const hold = dueAt === undefined ? kept : { ...kept, plan: { ...kept.plan, dueAt } };
  if (!wish?.down) downtimes.forget(key);
  // A block stays while it is not known to be without reason.
  if (!wish?.down && wish?.policy === 'Block') return { ...hold, why };
  const plan = wish?.policy === 'Block' ? hold.plan : liftBlocks(hold.plan, uid, records);
  if (!wish?.down) return { ...hold, plan, why };
  const waitMs = downtimes.waitMs(key, wish.graceMs);
  if (waitMs > 0) return { ...hold, plan: { ...plan, dueAt: now() + waitMs }, why };
  const told = `${why}, no copy serves, and unready-policy is ${wish.policy}`;
  return { state: 'down', plan: planDown(wish.policy, uid, records), why: told };
}

/** As `held`, of an object that is Ready. */
function letIn(uid: string, records: StampedRecord[]): Pick<Decision, 'state' | 'plan'> {
  const { state, plan } = held(uid, records);
  return { state, plan: liftBlocks(plan, uid, records) };
}

function held(uid: string, records: StampedRecord[]): Pick<Decision, 'state' | 'plan'> {
  const kept = records.some((record) => record.stamp.uid === uid);
  return { state: kept ? 'held' : 'down', plan: planHold(uid, records) };
}

function savedNotLive(records: StampedRecord[]): StandingProblem[] {
  return records
    .filter((record) => !record.live)
    .map(({ publicName }) => ({
      reason: 'SavedNotLive',
      message: `"${publicName}" is in LiteLLM's database, but LiteLLM does not serve it: look for the model in LiteLLM's log.`,
    }));
}

function stateOf(claims: Claims, records: StampedRecord[]): ObjectState {
  if (claims.problems.some((problem) => problem.reason === 'InvalidAnnotation')) return 'invalid';
  if (claims.refused.length + claims.yielded.length > 0) return 'conflict';
  // Waiting for a first copy, or not written yet: nothing serves.
  if (records.length === 0) return 'down';
  return records.some((record) => !record.live) ? 'saved' : 'live';
}
