import { CREDENTIALS_AGAIN_MS, type Credentials } from '../litellm/index.ts';
import {
  CREDENTIAL_PARAM,
  disarm,
  type Plan,
  type Projection,
  planHold,
  type StampedRecord,
} from '../registration/index.ts';
import type { StandingProblem } from './world.ts';

/** The credential of LiteLLM that an object names. */
export function credentialOf(projection: Projection): string | undefined {
  if (projection.state !== 'serve') return undefined;
  const named = projection.registrations.map(({ params }) => params[CREDENTIAL_PARAM]);
  return named.find((name) => typeof name === 'string');
}

export interface WithoutCredential {
  state: 'held' | 'invalid';
  plan: Plan;
  problems: StandingProblem[];
  why: string;
}

/**
 * What is done about an object whose credential LiteLLM is not known to have: nothing is registered, and what stands is kept.
 *
 * @param now - milliseconds since 1970
 * @returns undefined where LiteLLM has it, or none is named
 */
export function withoutCredential(
  uid: string,
  projection: Projection,
  credentials: Credentials | undefined,
  records: StampedRecord[],
  now: number,
): WithoutCredential | undefined {
  const name = credentialOf(projection);
  if (name === undefined) return undefined;
  const found = credentials?.look(name) ?? { state: 'unread' };
  const plan = planHold(uid, records);
  const failed = (message: string): StandingProblem[] => [{ reason: 'RegistrationFailed', message }];
  switch (found.state) {
    case 'known':
      return undefined;
    case 'unread': {
      const problems = found.why === undefined ? [] : failed(`LiteLLM's credentials cannot be read: ${found.why}`);
      return { state: 'held', plan, problems, why: "LiteLLM's credentials are not known yet" };
    }
    case 'doubtful': {
      const why = `LiteLLM may have no credential "${name}"`;
      return { state: 'held', plan: { ...plan, dueAt: now + CREDENTIALS_AGAIN_MS }, problems: [], why };
    }
    case 'missing': {
      const why = `LiteLLM has no credential "${name}"`;
      return { state: 'invalid', plan, problems: failed(`${why}: add it in LiteLLM.`), why };
    }
  }
}

/**
 * Gives rows a key that is none where they name a credential which LiteLLM does not have any more, whatever their object means now and whatever the
 * policy: LiteLLM would run their calls with a key of its own environment, which the object's server then reads.
 */
export function disarmed(plan: Plan, records: readonly StampedRecord[], credentials: Credentials | undefined): Plan {
  const touched = new Set(plan.changes.flatMap((change) => ('record' in change ? change.record.id : [])));
  const changes = records.flatMap((record) => {
    const name = record.params[CREDENTIAL_PARAM];
    if (typeof name !== 'string' || touched.has(record.id)) return [];
    return credentials?.look(name).state === 'missing' ? (disarm(record) ?? []) : [];
  });
  return changes.length > 0 ? { ...plan, changes: [...changes, ...plan.changes] } : plan;
}
