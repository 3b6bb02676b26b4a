import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/controller/decide.ts';
import type { CredentialState } from '../../../src/litellm/credentials.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { entry, inShort, registration, row, SOURCE } from '../registration/builders.ts';
import { object, serving, source, worldOf } from './builders.ts';

const named = registration('qwen', { params: { litellm_credential_name: 'corp' } });
const { id } = entry();

function decided(state: CredentialState | undefined, rows: ModelRecord[] = []) {
  const credentials = state && { look: () => state, read: async () => undefined };
  const world = worldOf(rows, { ...(credentials && { credentials }) });
  return decide(world, SOURCE, source, object({ projection: serving([named]) }));
}

describe('an object that names a credential of LiteLLM', () => {
  it('is registered where LiteLLM has it', () => {
    expect(inShort(decided('known').plan)).toEqual([`create ${id} new`]);
  });

  it.each(['unread', undefined] as const)('waits until that is known: %s', (state) => {
    expect(decided(state)).toMatchObject({ state: 'held', plan: { changes: [] }, problems: [] });
  });

  it('loses the rows that name it where LiteLLM has it no more, and those alone', () => {
    const other = row({ registration: registration('other') });
    const decision = decided('missing', [row({ registration: named }), other]);
    expect(inShort(decision.plan)).toEqual([`delete ${id} withdrawn`]);
    expect(decision).toMatchObject({ state: 'invalid', problems: [{ reason: 'RegistrationFailed' }] });
  });
});
