import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/controller/decide.ts';
import type { CredentialState } from '../../../src/litellm/credentials.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import { entry, inShort, registration, row, SOURCE } from '../registration/builders.ts';
import { object, serving, source, worldOf } from './builders.ts';

const named = registration('qwen', { params: { litellm_credential_name: 'corp' } });
const { id } = entry();

function decided(
  state: CredentialState['state'] | undefined,
  rows: ModelRecord[] = [],
  projection: Projection = serving([named]),
) {
  const credentials = state && { look: (): CredentialState => ({ state }), read: async () => undefined };
  const world = worldOf(rows, { ...(credentials && { credentials }) });
  return decide(world, SOURCE, source, object({ projection }));
}

describe('an object that names a credential of LiteLLM', () => {
  it('is registered where LiteLLM has it', () => {
    expect(inShort(decided('known').plan)).toEqual([`create ${id} new`]);
  });

  it.each(['unread', undefined] as const)('waits until that is known: %s', (state) => {
    expect(decided(state)).toMatchObject({ state: 'held', plan: { changes: [] }, problems: [] });
  });

  it('is looked at once more where one list lacks it', () => {
    const decision = decided('doubtful', [row({ registration: named })]);
    expect(decision).toMatchObject({ state: 'held', plan: { changes: [] }, problems: [] });
    expect(decision.plan.dueAt).toBeGreaterThan(0);
  });

  it('has a key that is none written into its rows where LiteLLM has it no more, and into those alone', () => {
    const other = row({ registration: registration('other') });
    const decision = decided('missing', [row({ registration: named }), other]);
    expect(inShort(decision.plan)).toEqual([`update ${id}`]);
    expect(decision.plan.changes).toMatchObject([{ entry: { params: { api_key: 'not-needed' }, info: {} } }]);
    expect(decision).toMatchObject({ state: 'invalid', problems: [{ reason: 'RegistrationFailed' }] });
  });

  it.each<[string, Projection]>([
    ['on hold', { state: 'hold', names: [], why: 'it is not Ready' }],
    ['invalid', { state: 'invalid', names: [], problems: [{ reason: 'NotAllowed', message: 'no' }] }],
    ['without it by now', serving([registration()])],
  ])('has it so while it is %s, whatever the policy', (_what, projection) => {
    const standing = row({ registration: named });
    const credentials = { look: (): CredentialState => ({ state: 'missing' }), read: async () => undefined };
    const world = worldOf([standing], { credentials, policy: 'create-only' });
    const { plan } = decide(world, SOURCE, source, object({ projection }));
    expect(inShort(plan)).toContain(`update ${id}`);
  });

  it('has its row made anew, without that key, when LiteLLM has it again', () => {
    const [change] = decided('missing', [row({ registration: named })]).plan.changes;
    if (change?.kind !== 'update') throw new Error('there is no update');
    const standing = {
      ...change.record,
      params: { ...change.record.params, ...change.entry.params },
      stamp: change.entry.stamp,
    };
    expect(decided('missing', [standing]).plan.changes).toEqual([]);
    expect(inShort(decided('known', [standing]).plan)).toEqual([expect.stringMatching(/^replace /)]);
  });
});
