import { CREDENTIALS_AGAIN_MS } from '../litellm/index.ts';
import {
  type Change,
  CREDENTIAL_PARAM,
  disarm,
  type Plan,
  type Projection,
  planHold,
  planWithdraw,
  type SourceRef,
  type StampedRecord,
  USUAL_RIGHTS,
} from '../registration/index.ts';
import type { StandingProblem, World } from './world.ts';

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

/** What is done about an object instead of registering it. */
export interface WithoutCredential {
  state: 'held' | 'invalid';
  plan: Plan;
  problems: StandingProblem[];
  why: string;
}

/**
 * What is done about an object whose credential LiteLLM is not known to have: nothing is registered, and what stands is kept. What that would send is looked at
 * by {@link withoutUnfit}.
 *
 * @returns undefined where LiteLLM has it, or none is named
 */
export function withoutCredential(
  { credentials, now }: Pick<World, 'credentials' | 'now'>,
  uid: string,
  projection: Projection,
  records: StampedRecord[],
): WithoutCredential | undefined {
  const name = credentialOf(projection);
  if (name === undefined) return undefined;
  const plan = planHold(uid, records);
  const state = credentials?.look(name) ?? 'unread';
  switch (state) {
    case 'known':
      return undefined;
    case 'unread': {
      const fault = credentials?.fault();
      const message = `Whether LiteLLM has the credential "${name}" cannot be told: ${fault}.`;
      const problems: StandingProblem[] = fault === undefined ? [] : [{ reason: 'RegistrationFailed', message }];
      return { state: 'held', plan, problems, why: 'LiteLLM was not asked for its credentials yet' };
    }
    case 'doubtful': {
      const why = `LiteLLM may have no credential "${name}"`;
      return { state: 'held', plan: { ...plan, dueAt: now() + CREDENTIALS_AGAIN_MS }, problems: [], why };
    }
    default: {
      const why =
        state === 'keyless' ? `LiteLLM’s credential "${name}" holds no api_key` : `LiteLLM has no credential "${name}"`;
      const message = `${why}, and LiteLLM would send a key of its own environment instead: put it right in LiteLLM.`;
      return { state: 'invalid', plan, problems: [{ reason: 'RegistrationFailed', message }], why };
    }
  }
}

/**
 * Sees to rows that would send what they may not, whatever else becomes of the object, and also while it is not Ready: its pods may serve. One that names a
 * credential which its namespace may not name any more goes. One whose credential LiteLLM does not have, or without a key, would make LiteLLM send a key of its
 * environment: it gets a key that is none until that is right again. A row that the plan mends or takes out is left to it.
 */
export function withoutUnfit(
  { credentials, projection }: Pick<World, 'credentials' | 'projection'>,
  { namespace }: SourceRef,
  records: readonly StampedRecord[],
  plan: Plan,
): Plan {
  const allowed = (projection.rights ?? USUAL_RIGHTS).of(namespace).credentials;
  const named = records.flatMap((record) => {
    const name = credentialIn(record);
    const isMended = plan.changes.some((change) => mends(change, record));
    return name === undefined || isMended ? [] : [{ record, name }];
  });
  const refused = named.filter(({ name }) => !allowed.includes(name)).map(({ record }) => record);
  const leaking = named.flatMap(({ record, name }) => {
    const state = credentials?.look(name);
    return allowed.includes(name) && (state === 'missing' || state === 'keyless') ? (disarm(record) ?? []) : [];
  });
  if (refused.length + leaking.length === 0) return plan;
  const touched = new Set([...refused, ...leaking.map(({ record }) => record)].map(({ id }) => id));
  const others = plan.changes.filter((change) => change.kind !== 'update' || !touched.has(change.record.id));
  return { ...plan, changes: [...leaking, ...others, ...planWithdraw(refused).changes] };
}

/** Whether a row does not name its credential any more when a change is made. */
function mends(change: Change, record: StampedRecord): boolean {
  if (change.kind === 'create' || change.record.id !== record.id) return false;
  if (change.kind !== 'update') return true;
  const { params } = change.entry;
  return Object.hasOwn(params, CREDENTIAL_PARAM) && params[CREDENTIAL_PARAM] !== record.params[CREDENTIAL_PARAM];
}
