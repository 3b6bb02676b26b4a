import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/controller/decide.ts';
import { type Fellow, seenFrom } from '../../../src/controller/seen-from.ts';
import type { StampedRecord } from '../../../src/registration/entry.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import { sourceKey } from '../../../src/registration/registration.ts';
import { NO_RELATED } from '../../support/no-related.ts';
import { inShort, registration, row, SETTLE_MS, SOURCE, T0, UID } from '../registration/builders.ts';
import { object, source as plainSource, serving, TestCache, type TestObject, viewOf, worldOf } from './builders.ts';

const SETTINGS = { selection: 'annotated', address: 'cluster' } as const;

type Annotated = TestObject & { annotations: Record<string, string> };

function choosing(litellm: string | undefined, projection: Projection = serving()): Annotated {
  const annotations = litellm === undefined ? {} : { 'model-registrar.io/litellm': litellm };
  return { ...object({ projection }), annotations };
}

interface Place {
  /** Rows at the default one, and at `gpu`. */
  here?: StampedRecord[];
  there?: StampedRecord[];
  now?: number;
  gpu?: Partial<Fellow>;
}

/** Two LiteLLMs with these rows. */
function two({ here = [], there = [], now = T0, gpu = {} }: Place) {
  const fellow = (name: string, rows: StampedRecord[], more: Partial<Fellow> = {}): Fellow => ({
    name,
    namespaces: undefined,
    defaultFor: [],
    accessGroups: [],
    tags: [],
    registry: { recordsOf: (ref) => rows.filter(({ stamp }) => stamp.source === sourceKey(ref)) },
    inTouch: () => true,
    listedAt: () => Number.POSITIVE_INFINITY,
    ...more,
  });
  const all = [fellow('default', here), fellow('gpu', there, gpu)];
  const view = (name: string) => {
    const [mine] = all.filter((one) => one.name === name);
    if (!mine) throw new Error(`no ${name}`);
    return seenFrom(viewOf(new TestCache()), { here: mine, all, settleMs: SETTLE_MS, now: () => now });
  };
  return { source: (name: string) => view(name).source };
}

function seen(name: string, one: Annotated, place: Place): Projection {
  return two(place).source(name).project(one, SETTINGS, NO_RELATED);
}

/** What the default one makes of an object that belongs to `gpu`. */
const leaving = (place: Place, projection?: Projection): Projection =>
  seen('default', choosing('gpu', projection), { here: [row()], ...place });

const made = (ms: number, more: Parameters<typeof row>[0] = {}): StampedRecord => row({ created: ms, ...more });

describe('an object', () => {
  it('is seen as it is by the one to which it belongs, and by no other', () => {
    for (const [choice, home, other] of [
      [undefined, 'default', 'gpu'],
      ['gpu', 'gpu', 'default'],
    ] as const) {
      expect(seen(home, choosing(choice), {})).toEqual(serving());
      expect(seen(other, choosing(choice), {})).toMatchObject({ state: 'ignore', names: [], elsewhere: true });
      expect(two({}).source(home).isMeant?.(choosing(choice))).toBe(true);
      expect(two({}).source(other).isMeant?.(choosing(choice))).toBe(false);
    }
  });

  it('gets what every row there gets, before what it says itself', () => {
    const own = registration('qwen', { params: { tags: ['own', 'gpu'] }, info: { access_groups: ['own'] } });
    const defaults = { tags: ['gpu'], accessGroups: ['gpu-users'] };
    expect(seen('gpu', choosing('gpu', serving([own])), { gpu: defaults })).toMatchObject({
      registrations: [{ params: { tags: ['gpu', 'own'] }, info: { access_groups: ['gpu-users', 'own'] } }],
    });
    expect(seen('gpu', choosing('gpu'), { gpu: defaults })).toMatchObject({
      registrations: [{ params: { api_key: 'not-needed', tags: ['gpu'] }, info: { access_groups: ['gpu-users'] } }],
    });
  });
});

describe('rows of an object that belongs to another', () => {
  it.each<[string, Place]>([
    ['which has no row of it', {}],
    ['which does not answer', { there: [made(T0 - SETTLE_MS)], gpu: { inTouch: () => false } }],
    ['which has saved it and does not serve it', { there: [{ ...made(T0 - SETTLE_MS), live: false }] }],
    ['where it is blocked', { there: [{ ...made(T0 - SETTLE_MS), blocked: true }] }],
    ['which has the row of an earlier object of its name', { there: [made(T0 - SETTLE_MS, { uid: 'uid-0' })] }],
    [
      'whose list was not read since its replicas know it',
      { there: [made(T0 - SETTLE_MS)], gpu: { listedAt: () => T0 - 1 } },
    ],
    ['which has it under another name', { there: [made(T0 - SETTLE_MS, { registration: registration('other') })] }],
  ])('are kept while it is one %s', (_, place) => {
    const projection = leaving(place);
    expect(projection).toMatchObject({ state: 'hold', elsewhere: true, why: expect.stringContaining('LiteLLM gpu') });
    expect(projection).not.toHaveProperty('dueAt');
  });

  it('are kept until each of its names is served there', () => {
    const both = serving([registration('qwen'), registration('qwen3')]);
    const there = [made(T0 - SETTLE_MS)];
    expect(leaving({ there }, both)).toMatchObject({
      state: 'hold',
      why: expect.stringContaining('does not serve qwen3 yet'),
    });
  });

  it('are kept for as long as its replicas take to know it, and looked at again then', () => {
    const there = [made(T0 - 1_000)];
    expect(leaving({ there })).toMatchObject({ state: 'hold', dueAt: T0 - 1_000 + SETTLE_MS });
    expect(leaving({ there, now: T0 - 1_000 + SETTLE_MS - 1 }).state).toBe('hold');
    expect(leaving({ there, now: T0 - 1_000 + SETTLE_MS })).toMatchObject({
      state: 'withdraw',
      elsewhere: true,
      why: 'it has moved to LiteLLM gpu',
    });
  });

  it('are kept while old pods serve under another name or path than is served there', () => {
    const there = [made(T0 - SETTLE_MS, { registration: registration('qwen', { servedName: 'new' }) })];
    const wish = registration('qwen', { servedName: 'new' });
    expect(leaving({ there }, serving([wish], { rollingOut: true }))).toMatchObject({
      state: 'hold',
      why: 'it moves to LiteLLM gpu when its rollout is through',
    });
    expect(leaving({ there }, serving([wish])).state).toBe('withdraw');
    // One that leads to the same goes, whatever is rolled out.
    const same = [made(T0 - SETTLE_MS)];
    expect(leaving({ there: same }, serving([registration()], { rollingOut: true })).state).toBe('withdraw');
  });

  it('are kept where the object was made anew meanwhile, also those of the former one', () => {
    const projection = leaving({ there: [] });
    expect(projection).toMatchObject({ state: 'hold', keepsFormer: true });
    const former = row({ uid: 'uid-0' });
    const { plan, state } = decide(worldOf([former]), SOURCE, plainSource, object({ projection }));
    expect([state, plan.changes]).toEqual(['held', []]);
  });

  it('are kept where they are the very same as there: it is one LiteLLM with two names', () => {
    expect(leaving({ there: [row()], now: T0 + 10 * SETTLE_MS })).toMatchObject({
      state: 'hold',
      why: expect.stringContaining('have the same rows'),
    });
  });

  it('are kept while it does not serve, with what its owner wants of them then', () => {
    const unready = { policy: 'Block', graceMs: 0, down: true } as const;
    const hold: Projection = { state: 'hold', names: ['qwen'], why: 'it is not Ready', unready };
    expect(leaving({}, hold)).toMatchObject({ state: 'hold', names: [], elsewhere: true, unready });
  });

  it('are kept where it cannot be registered as it is, unless they would lead where its author chooses', () => {
    const problems: [{ reason: 'NotRoutable'; message: string }] = [
      { reason: 'NotRoutable', message: 'It is far away.' },
    ];
    const invalid: Projection = { state: 'invalid', names: ['qwen'], problems };
    expect(leaving({}, invalid)).toMatchObject({ state: 'hold', elsewhere: true });
    expect(leaving({}, { ...invalid, unsafe: true })).toMatchObject({ state: 'withdraw', why: 'It is far away' });
  });

  it.each(['withdraw', 'ignore'] as const)('go with it: %s', (state) => {
    const projection: Projection = { state, names: [], why: 'it goes' };
    expect(leaving({}, projection)).toEqual({ ...projection, elsewhere: true });
  });
});

describe('an object that names one that is not for it', () => {
  const problem = expect.objectContaining({ reason: 'InvalidAnnotation' });
  const wrong = choosing('nowhere');

  it('is told so where it stands, and stays there', () => {
    expect(seen('gpu', wrong, { there: [row()] })).toMatchObject({
      state: 'invalid',
      names: ['qwen'],
      problems: [problem],
    });
    expect(seen('default', wrong, { there: [row()] })).toMatchObject({ state: 'ignore', elsewhere: true });
  });

  it('is told so by the default one where it stands nowhere', () => {
    expect(seen('default', wrong, {})).toMatchObject({ state: 'invalid', problems: [problem] });
    expect(seen('gpu', wrong, {})).toMatchObject({ state: 'ignore', elsewhere: true });
    expect(two({}).source('default').isMeant?.(wrong)).toBe(true);
  });

  it('that stands at both stays at both, and is told so once', () => {
    const place = { here: [row()], there: [made(T0 - SETTLE_MS)], now: T0 + SETTLE_MS };
    expect(seen('default', wrong, place).state).toBe('invalid');
    expect(seen('gpu', wrong, place)).toMatchObject({ state: 'hold', elsewhere: true });
  });

  it('is told what else is wrong with it, too, and what is unsafe still goes', () => {
    const other = { reason: 'NotRoutable', message: 'It is far away.' } as const;
    const invalid: Projection = { state: 'invalid', names: ['qwen'], problems: [other], unsafe: true };
    expect(seen('default', choosing('nowhere', invalid), {})).toEqual({ ...invalid, problems: [problem, other] });
  });

  it.each(['withdraw', 'ignore'] as const)('goes all the same: %s', (state) => {
    const going = choosing('nowhere', { state, names: [], why: 'it goes' });
    expect(seen('default', going, { here: [row()], there: [made(T0)] }).state).toBe(state);
    expect(seen('gpu', going, { here: [row()], there: [made(T0)] }).state).toBe(state);
  });
});

describe('what is decided', () => {
  const decided = (place: Place) =>
    decide(worldOf([row()]), SOURCE, two({ here: [row()], ...place }).source('default'), choosing('gpu'));

  it('takes the rows of one that has moved for seen to go: no guard holds them', () => {
    const decision = decided({ there: [made(T0 - SETTLE_MS)] });
    expect(inShort(decision.plan)).toEqual([`delete ${row().id} withdrawn`]);
    expect(decision).toMatchObject({ elsewhere: true, uid: UID });
    expect(decision.absence).toBeUndefined();
  });

  it('looks again when time alone ends the wait', () => {
    expect(decided({ there: [made(T0 - 1)] }).plan).toEqual({ changes: [], dueAt: T0 - 1 + SETTLE_MS });
  });
});
