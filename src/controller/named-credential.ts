import type { Credentials } from '../litellm/index.ts';
import {
  CREDENTIAL_PARAM,
  type Plan,
  type Projection,
  planHold,
  planWithdraw,
  type StampedRecord,
} from '../registration/index.ts';
import type { StandingProblem } from './world.ts';

/** The credential of LiteLLM that an object names. */
export function credentialOf(projection: Projection): string | undefined {
  if (projection.state !== 'serve') return undefined;
  const named = projection.registrations.map(({ params }) => params[CREDENTIAL_PARAM]);
  return named.find((name) => typeof name === 'string');
}

/**
 * What is done about an object whose credential LiteLLM does not have: it would run calls without it, with a key of its own environment, which the
 * object's server then reads. So nothing is registered, and rows that name one are taken out.
 *
 * @returns undefined where LiteLLM has it, or none is named
 */
export function withoutCredential(
  uid: string,
  projection: Projection,
  credentials: Pick<Credentials, 'look'> | undefined,
  records: StampedRecord[],
): { state: 'held' | 'invalid'; plan: Plan; problems: StandingProblem[]; why: string } | undefined {
  const name = credentialOf(projection);
  const state = name === undefined ? 'known' : (credentials?.look(name) ?? 'unread');
  if (name === undefined || state === 'known') return undefined;
  const held = planHold(uid, records);
  if (state === 'unread') {
    return { state: 'held', plan: held, problems: [], why: 'LiteLLM was not asked for its credentials yet' };
  }
  const leaking = records.filter(({ stamp, params }) => stamp.uid === uid && params[CREDENTIAL_PARAM] !== undefined);
  const changes = [...held.changes, ...planWithdraw(leaking).changes];
  const message = `LiteLLM has no credential "${name}", and would send a key of its own environment instead: add it in LiteLLM.`;
  const why = `LiteLLM has no credential "${name}" any more`;
  return { state: 'invalid', plan: { changes }, problems: [{ reason: 'RegistrationFailed', message }], why };
}
