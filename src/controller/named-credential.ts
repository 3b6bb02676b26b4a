import type { CredentialState } from '../litellm/index.ts';
import {
  type Change,
  CREDENTIAL_PARAM,
  type Plan,
  type Projection,
  planHold,
  planWithdraw,
  type SourceRef,
  type StampedRecord,
  USUAL_RIGHTS,
} from '../registration/index.ts';
import type { StandingProblem, World } from './world.ts';

type Known = Pick<World, 'credentials' | 'projection'>;

/** The credential of LiteLLM that an object names. */
export function credentialOf(projection: Projection): string | undefined {
  if (projection.state !== 'serve') return undefined;
  const named = projection.registrations.map(({ params }) => params[CREDENTIAL_PARAM]);
  return named.find((name) => typeof name === 'string');
}

/** The credential that we named in a row. One that others add to it is not sent: the row's own `api_key` goes before it (measured on 1.106.0). */
export function credentialIn({ params, stamp }: StampedRecord): string | undefined {
  const name = params[CREDENTIAL_PARAM];
  return stamp.keys.includes(`params.${CREDENTIAL_PARAM}`) && typeof name === 'string' ? name : undefined;
}

/**
 * What is done about an object whose credential LiteLLM does not have: it would run calls without it, with a key of its own environment, which the
 * object's server then reads. So nothing is registered; rows that name one go by `withoutUnfit`.
 *
 * @returns undefined where LiteLLM has it, or none is named
 */
export function withoutCredential(
  uid: string,
  projection: Projection,
  credentials: World['credentials'],
  records: StampedRecord[],
): { state: 'held' | 'invalid'; plan: Plan; problems: StandingProblem[]; why: string } | undefined {
  const name = credentialOf(projection);
  if (name === undefined) return undefined;
  const state = credentials?.look(name) ?? 'unread';
  if (state === 'known') return undefined;
  const plan = planHold(uid, records);
  if (state === 'unread') {
    const fault = credentials?.fault();
    const message = `Whether LiteLLM has the credential "${name}" cannot be told: ${fault}.`;
    const problems: StandingProblem[] = fault === undefined ? [] : [{ reason: 'RegistrationFailed', message }];
    return { state: 'held', plan, problems, why: 'LiteLLM was not asked for its credentials yet' };
  }
  const why = lackOf(name, state);
  const message = `${why}, and LiteLLM would send a key of its own environment instead: put it right in LiteLLM.`;
  return { state: 'invalid', plan, problems: [{ reason: 'RegistrationFailed', message }], why };
}

function lackOf(name: string, state: CredentialState): string {
  return state === 'keyless'
    ? `LiteLLM’s credential "${name}" holds no api_key`
    : `LiteLLM has no credential "${name}"`;
}

/**
 * Takes out rows that would send what they may not: a credential that the namespace may not name any more, or, for want of theirs, a key of LiteLLM's
 * environment. Whatever else becomes of the object, and also while it is not Ready: its pods may serve. A row that the plan mends or takes out is left to it.
 */
export function withoutUnfit(world: Known, { namespace }: SourceRef, records: StampedRecord[], plan: Plan): Plan {
  const allowed = (world.projection.rights ?? USUAL_RIGHTS).of(namespace).credentials;
  const unfit = records.filter((record) => {
    const name = credentialIn(record);
    if (name === undefined || plan.changes.some((change) => mends(change, record))) return false;
    const state = world.credentials?.look(name);
    return !allowed.includes(name) || state === 'missing' || state === 'keyless';
  });
  if (unfit.length === 0) return plan;
  const others = plan.changes.filter((change) => change.kind !== 'update' || !unfit.includes(change.record));
  return { ...plan, changes: [...others, ...planWithdraw(unfit).changes] };
}

/** Whether a row does not name its credential any more when a change is made. */
function mends(change: Change, record: StampedRecord): boolean {
  if (change.kind === 'create' || change.record.id !== record.id) return false;
  if (change.kind !== 'update') return true;
  const { params } = change.entry;
  return Object.hasOwn(params, CREDENTIAL_PARAM) && params[CREDENTIAL_PARAM] !== record.params[CREDENTIAL_PARAM];
}
