import { describe, expect, it } from 'vitest';
import {
  type Claimant,
  type ClaimContext,
  type Declarer,
  decideClaim,
  describeHolder,
  type NameState,
  type Verdict,
} from '../../../src/registration/claims.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { NO_NAMESPACE } from '../../../src/registration/registration.ts';
import { handMade, OWNER, row, SETTLE_MS, T0 } from './builders.ts';

const context: ClaimContext = { now: T0, settleMs: SETTLE_MS };
const settled: ClaimContext = { now: T0 + 2 * SETTLE_MS, settleMs: SETTLE_MS };

const me: Claimant = { owner: OWNER, namespace: 'llm' };

interface HolderWish {
  namespace?: string;
  owner?: string;
  name?: string;
  since?: number;
  created?: number;
}

/** A row of some object under the contested name. */
function held({ namespace = 'llm', owner = OWNER, name = 'qwen', ...times }: HolderWish = {}): ModelRecord {
  return row({ owner, source: { kind: 'inference-service', namespace, name }, uid: `${namespace}-${name}`, ...times });
}

function declarer(namespace: string, createdAt: number): Declarer {
  return { namespace, createdAt, uid: `uid-${namespace}` };
}

function claim(state: Partial<NameState>, now: ClaimContext = context, claimant = me): Verdict {
  return decideClaim('qwen', claimant, { rows: [], declarers: [], ...state }, now);
}

const mine = held({ since: T0 });
const configFile = handMade('qwen', { id: 'from-config', stored: false });

describe('with no row of ours under the name', () => {
  it.each<[string, Partial<NameState>]>([
    ['nobody wants it', {}],
    ['it is the only one that declares it', { declarers: [declarer('llm', T0)] }],
    ['it is the oldest that declares it', { declarers: [declarer('b', T0 + 1), declarer('llm', T0)] }],
    ['an object of its own namespace is older', { declarers: [declarer('llm', T0 - 9), declarer('llm', T0)] }],
    ['another namespace held it, and the time is up', { lastHolder: { namespace: 'b', until: T0 } }],
    ['it held it last', { lastHolder: { namespace: 'llm', until: T0 + 1 } }],
    [
      'it held it last, and one that is older waits for it',
      { lastHolder: { namespace: 'llm', until: T0 + 1 }, declarers: [declarer('b', T0 - 9), declarer('llm', T0)] },
    ],
  ])('grants: %s', (_case, state) => {
    expect(claim(state)).toEqual({ verdict: 'granted' });
  });

  it.each<[string, Partial<NameState>, RegExp]>([
    [
      'a model that was added by hand',
      { rows: [handMade()] },
      /"qwen" is held by a model that was added to LiteLLM by hand \(by-hand\)/,
    ],
    ['a model of the config file', { rows: [configFile] }, /held by LiteLLM's own config file \(from-config\)/],
    ['another namespace', { rows: [held({ namespace: 'b' })] }, /held by inference-service\/b\/qwen \(owner prod\)/],
    ['another owner, in the same namespace', { rows: [held({ owner: 'stage' })] }, /\(owner stage\)/],
    [
      'an object that is older',
      { declarers: [declarer('b', T0 - 1), declarer('llm', T0)] },
      /older object in namespace b/,
    ],
  ])('refuses, for good: %s', (_case, state, why) => {
    expect(claim(state)).toMatchObject({ verdict: 'refused', why: expect.stringMatching(why) });
    expect(claim(state)).not.toHaveProperty('until');
  });

  it('names adopt where a model was added by hand, and only there', () => {
    expect(claim({ rows: [handMade()] })).toMatchObject({ remedy: expect.stringContaining('adopt qwen') });
    for (const row of [configFile, held({ namespace: 'b' }), held({ owner: 'stage' })])
      expect(claim({ rows: [row] })).not.toHaveProperty('remedy');
  });

  it('refuses while the name is kept for its last holder, and says until when', () => {
    const lastHolder = { namespace: 'b', until: T0 + 1 };
    expect(claim({ lastHolder, declarers: [declarer('llm', T0)] })).toEqual({
      verdict: 'refused',
      why: expect.stringContaining('was held by namespace b a moment ago'),
      until: T0 + 1,
    });
  });

  it('says in words that the administrator lists it, or held it last', () => {
    const listed = claim({ declarers: [declarer(NO_NAMESPACE, 0), declarer('llm', T0)] });
    expect(listed).toMatchObject({ verdict: 'refused', why: '"qwen" is listed by the administrator' });
    const last = claim({ lastHolder: { namespace: NO_NAMESPACE, until: T0 + 1 } });
    expect(last).toMatchObject({ why: expect.stringContaining('was held by the administrator a moment ago') });
  });

  it('judges by age again when the name is no longer kept', () => {
    const lastHolder = { namespace: 'llm', until: T0 };
    const declarers = [declarer('b', T0 - 9), declarer('llm', T0)];
    expect(claim({ lastHolder, declarers })).toMatchObject({
      verdict: 'refused',
      why: expect.stringContaining('older'),
    });
  });

  it('refuses a name for which somebody has a pattern: LiteLLM would prefer the row of exactly this name', () => {
    const patterns = [handMade('qw*'), handMade('*n', { stored: false })];
    expect(claim({ patterns, declarers: [declarer('llm', T0)] })).toEqual({
      verdict: 'refused',
      why: '"qwen" matches "qw*", a model that was added to LiteLLM by hand (by-hand)',
    });
    expect(claim({ patterns, rows: [mine] })).toEqual({ verdict: 'granted' });
  });

  it('tells an object whose row is of another owner id how to get it back', () => {
    const former = held({ owner: 'former' });
    const itself = { ...me, source: 'inference-service/llm/qwen', uid: 'llm-qwen' };
    const verdict = claim({ rows: [handMade(), former] }, context, itself);
    expect(verdict).toEqual({
      verdict: 'refused',
      why: '"qwen" is registered for this very object under another owner id, former',
      remedy: 'Run with --owner-id former, or take it over: model-registrar adopt --from-owner former',
    });
    for (const another of [{ source: 'inference-service/llm/other' }, { uid: 'of-another-cluster' }]) {
      expect(claim({ rows: [former] }, context, { ...itself, ...another })).toEqual({
        verdict: 'refused',
        why: '"qwen" is held by inference-service/llm/qwen (owner former)',
      });
    }
  });

  it('lets rows speak before the last holder and age', () => {
    const state = {
      rows: [handMade()],
      lastHolder: { namespace: 'llm', until: T0 + 1 },
      declarers: [declarer('llm', T0 - 9)],
    };
    expect(claim(state).verdict).toBe('refused');
  });

  it('takes objects of one age in the order of their uids', () => {
    const declarers = [declarer('llm', T0), declarer('a', T0)];
    expect(claim({ declarers })).toMatchObject({ verdict: 'refused' });
    expect(claim({ declarers }, context, { owner: OWNER, namespace: 'a' })).toEqual({ verdict: 'granted' });
  });
});

describe('with rows of ours under the name', () => {
  it.each<[string, ModelRecord[]]>([
    ['they are alone', [mine]],
    ['another object of the namespace has rows too', [mine, held({ name: 'other', since: T0 - 5 })]],
  ])('grants: %s', (_case, rows) => {
    expect(claim({ rows }, settled)).toEqual({ verdict: 'granted' });
  });

  it('lets an object share the name that another of its namespace has', () => {
    expect(claim({ rows: [held({ name: 'other' })], declarers: [declarer('b', T0 - 9)] })).toEqual({
      verdict: 'granted',
    });
  });

  it.each<[string, ModelRecord]>([
    ['that was added by hand', handMade()],
    ['of the config file', configFile],
    ['of another namespace, registered later', held({ namespace: 'b', since: T0 + 1 })],
    ['of another owner, registered later', held({ owner: 'stage', since: T0 + 1 })],
  ])('is not evicted by a row %s, and says so', (_case, other) => {
    expect(claim({ rows: [other, mine] }, settled)).toEqual({
      verdict: 'granted',
      beside: `"qwen" is also registered by ${describeHolder(other)}`,
    });
  });

  it.each<[string, ModelRecord]>([
    ['namespace', held({ namespace: 'b', since: T0 - 1 })],
    ['owner', held({ owner: 'stage', since: T0 - 1 })],
  ])('yields to a row of another %s that was registered earlier', (_case, rival) => {
    expect(claim({ rows: [mine, rival] }, settled)).toEqual({
      verdict: 'yield',
      why: `"qwen" was registered earlier by ${describeHolder(rival)}`,
    });
  });

  it('names the rival that was there first, also where rows of others stand before it', () => {
    const rival = held({ namespace: 'b', since: T0 - 1 });
    expect(claim({ rows: [handMade(), mine, held({ namespace: 'c', since: T0 + 9 }), rival] }, settled)).toEqual({
      verdict: 'yield',
      why: expect.stringContaining('inference-service/b/qwen'),
    });
  });

  it('waits with yielding until what a list shows cannot be older than our own row', () => {
    const rows = [mine, held({ namespace: 'b', since: T0 - 1 })];
    const at = (now: number): string => claim({ rows }, { now, settleMs: SETTLE_MS }).verdict;
    expect(at(T0 + SETTLE_MS - 1)).toBe('granted');
    expect(at(T0 + SETTLE_MS)).toBe('yield');
  });

  it('does not yield to a row that only looks like ours: LiteLLM’s config file holds it', () => {
    const copy = { ...held({ namespace: 'b', since: T0 - 1 }), stored: false };
    expect(claim({ rows: [mine, copy] }, settled)).toMatchObject({ verdict: 'granted', beside: expect.anything() });
  });

  it('does not yield to a row of another owner that LiteLLM does not list: it may be gone', () => {
    const unlisted = { ...held({ owner: 'stage', since: T0 - 1 }), live: false };
    expect(claim({ rows: [mine, unlisted] }, settled)).toEqual({ verdict: 'granted' });
    expect(claim({ rows: [unlisted] }, settled)).toMatchObject({ verdict: 'refused' });
  });

  it('yields to an earlier row of its own owner, also where LiteLLM does not serve that one', () => {
    const saved = { ...held({ namespace: 'b', since: T0 - 1 }), live: false };
    expect(claim({ rows: [mine, saved] }, settled)).toMatchObject({ verdict: 'yield' });
  });

  it('counts its first registration, whichever row carries it', () => {
    const rows = [
      held({ since: T0, created: T0 }),
      held({ name: 'z', since: T0 - 5 }),
      held({ namespace: 'b', since: T0 - 3 }),
    ];
    expect(claim({ rows }, settled).verdict).toBe('granted');
  });
});
