import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/controller/decide.ts';
import type { CredentialState, Credentials } from '../../../src/litellm/credentials.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import { createRights } from '../../../src/registration/rights.ts';
import { edited, entry, inShort, registration, row, SOURCE } from '../registration/builders.ts';
import { object, serving, source, worldOf } from './builders.ts';

const named = registration('qwen', { params: { litellm_credential_name: 'corp' } });
const standing = row({ registration: named });
const { id } = entry();
const names = ['qwen'];
const HOLD: Projection = { state: 'hold', names, why: 'it is not Ready' };
const INVALID: Projection = { state: 'invalid', names, problems: [{ reason: 'NotAllowed', message: 'no' }] };

interface Wish {
  rows?: ModelRecord[];
  projection?: Projection;
  /** Those that the namespace may name. */
  credentials?: string[];
  fault?: string;
}

function decided(state: CredentialState | undefined, wish: Wish = {}) {
  const { rows = [], projection = serving([named]), credentials = ['corp'], fault } = wish;
  const known: Credentials | undefined = state && {
    look: () => state,
    fault: () => fault,
    read: async () => undefined,
  };
  const tenant = { namespace: SOURCE.namespace, accessGroups: [], params: [], info: [], credentials };
  const world = worldOf(rows, {
    projection: { selection: 'annotated', address: 'cluster', rights: createRights([tenant], []) },
    ...(known && { credentials: known }),
  });
  return decide(world, SOURCE, source, object({ projection }));
}

describe('an object that names a credential of LiteLLM', () => {
  it('is registered where LiteLLM has it', () => {
    expect(inShort(decided('known').plan)).toEqual([`create ${id} new`]);
  });

  it.each(['unread', undefined] as const)('waits until that is known: %s', (state) => {
    expect(decided(state)).toMatchObject({ state: 'held', plan: { changes: [] }, problems: [] });
    expect(decided(state, { rows: [standing] }).plan.changes).toEqual([]);
  });

  it('is told where it cannot be known', () => {
    const { problems } = decided('unread', { fault: 'LiteLLM refused the key (401): check --litellm-key-file' });
    const message =
      'Whether LiteLLM has the credential "corp" cannot be told: LiteLLM refused the key (401): check --litellm-key-file.';
    expect(problems).toEqual([{ reason: 'RegistrationFailed', message }]);
  });

  it.each([
    ['missing', 'LiteLLM has no credential "corp"'],
    ['keyless', 'LiteLLM’s credential "corp" holds no api_key'],
  ] as const)('has a key that is none in the rows that name it where it is %s, and in those alone', (state, says) => {
    const decision = decided(state, { rows: [standing, row({ registration: registration('other') })] });
    expect(inShort(decision.plan)).toEqual([`update ${id}`]);
    expect(decision.plan.changes).toMatchObject([{ entry: { params: { api_key: 'not-needed' }, info: {} } }]);
    expect(decision.state).toBe('invalid');
    expect(decision.problems).toMatchObject([
      { reason: 'RegistrationFailed', message: expect.stringMatching(`^${says}, and`) },
    ]);
  });

  it('is looked at once more where one list lacks it', () => {
    const decision = decided('doubtful', { rows: [standing] });
    expect(decision).toMatchObject({ state: 'held', problems: [], plan: { changes: [], dueAt: expect.any(Number) } });
  });
});

describe('a row that names a credential of LiteLLM', () => {
  it.each([HOLD, INVALID])(
    'gets a key that is none where LiteLLM does not have it any more, also while its object is $state',
    (projection) => {
      expect(decided('known', { rows: [standing], projection }).plan.changes).toEqual([]);
      expect(decided('doubtful', { rows: [standing], projection }).plan.changes).toEqual([]);
      expect(inShort(decided('missing', { rows: [standing], projection }).plan)).toEqual([`update ${id}`]);
    },
  );

  it('gets it once, and is made anew without it when LiteLLM has the credential again', () => {
    const [change] = decided('missing', { rows: [standing] }).plan.changes;
    if (change?.kind !== 'update') throw new Error('there is no update');
    const { params, stamp } = change.entry;
    const rows = [{ ...standing, params: { ...standing.params, ...params }, stamp }];
    expect(decided('missing', { rows }).plan.changes).toEqual([]);
    expect(inShort(decided('known', { rows }).plan)).toEqual([expect.stringMatching(/^replace /)]);
  });

  it.each([HOLD, INVALID])(
    'goes where the namespace may not name it any more, while its object is $state',
    (projection) => {
      const { plan } = decided('known', { rows: [standing], projection, credentials: ['another'] });
      expect(inShort(plan)).toEqual([`delete ${id} withdrawn`]);
    },
  );

  it('is not lifted out of a block by the same write', () => {
    const blocked = { ...standing, blocked: true, stamp: { ...standing.stamp, blockedByUs: true as const } };
    const { plan } = decided('missing', { rows: [blocked], projection: INVALID });
    expect(plan.changes).toMatchObject([{ kind: 'update', entry: { params: { api_key: 'not-needed' } } }]);
  });

  it('is left to a plan that names another one in it', () => {
    const other = registration('qwen', { params: { litellm_credential_name: 'new' } });
    const wish = { rows: [standing], projection: serving([other]), credentials: ['new'] };
    expect(inShort(decided('known', wish).plan)).toEqual([`update ${id}`]);
  });

  it('stays where somebody else named it: the row’s own key goes before it', () => {
    const theirs = edited(row(), { litellm_credential_name: 'of-an-administrator' });
    expect(decided('missing', { rows: [theirs], projection: HOLD }).plan.changes).toEqual([]);
  });
});
