import { describe, expect, it } from 'vitest';
import { changesBackend, planHold, planServe, planWithdraw } from '../../../src/registration/plan.ts';
import {
  asListed,
  edited,
  entry,
  inShort,
  OWNER,
  registration,
  row,
  SETTLE_MS,
  SOURCE,
  serveInput,
  T0,
  UID,
} from './builders.ts';

const later = T0 + 10 * SETTLE_MS;
const idOf = (publicName: string, uid = UID): string => entry({ uid, registration: registration(publicName) }).id;
const rowNamed = (publicName: string, uid = UID) => row({ uid, registration: registration(publicName) });

describe('planServe, the first time', () => {
  it('creates the row, marked with the time of now', () => {
    expect(planServe(serveInput({ now: later }))).toEqual({
      changes: [{ kind: 'create', entry: entry({ since: later }), why: 'new' }],
    });
  });

  it('creates a row for each name', () => {
    const plan = planServe(serveInput({ granted: [registration('a'), registration('b')] }));
    expect(inShort(plan)).toEqual([`create ${idOf('a')} new`, `create ${idOf('b')} new`]);
  });

  it('adds nothing while the first registration waits', () => {
    expect(planServe(serveInput({ mayStart: false }))).toEqual({ changes: [] });
  });

  it('adds nothing for a name that another has', () => {
    const plan = planServe(serveInput({ granted: [registration('a')], refused: ['b'] }));
    expect(inShort(plan)).toEqual([`create ${idOf('a')} new`]);
  });
});

describe('planServe, with the row there', () => {
  it('does nothing where all is as it is wanted', () => {
    expect(planServe(serveInput({ records: [row()], now: later }))).toEqual({ changes: [] });
  });

  it('updates in place, and keeps id and times', () => {
    const wanted = registration('qwen', { info: { mode: 'chat' } });
    const record = row({ since: T0, created: T0 + 5 });
    expect(planServe(serveInput({ granted: [wanted], records: [record], now: later }))).toEqual({
      changes: [
        {
          kind: 'update',
          record,
          entry: entry({ registration: wanted, since: T0, created: T0 + 5 }),
          fields: [{ field: 'model_info.mode', from: undefined, to: 'chat' }],
        },
      ],
    });
  });

  it('keeps known rows in step while there is no copy, and lets a known object change its name', () => {
    const records = [edited(row(), { api_base: 'http://elsewhere' })];
    expect(inShort(planServe(serveInput({ records, mayStart: false })))).toEqual([`update ${idOf('qwen')}`]);
    const renamed = planServe(serveInput({ granted: [registration('new')], records: [row()], mayStart: false }));
    expect(inShort(renamed)).toEqual([`create ${idOf('new')} renamed`, `delete ${idOf('qwen')} renamed`]);
  });

  it('gives the name back to a row that was renamed by hand', () => {
    const records = [{ ...row(), publicName: 'by-hand' }];
    expect(inShort(planServe(serveInput({ records })))).toEqual([`update ${idOf('qwen')}`]);
  });

  it('leaves the row of a name that another has now', () => {
    expect(planServe(serveInput({ granted: [], refused: ['qwen'], records: [row()] }))).toEqual({ changes: [] });
  });

  it('takes the row of a yielded name out at once, and keeps the others', () => {
    const records = [rowNamed('a'), rowNamed('b')];
    const plan = planServe(serveInput({ granted: [registration('a')], yielded: ['b'], records }));
    expect(plan.changes).toEqual([{ kind: 'delete', record: records[1], why: 'yielded', needs: [] }]);
  });
});

describe('planServe, when names change', () => {
  it('makes the row of the new name first, with what others set on the old one, which goes once that serves', () => {
    const record = row();
    const plan = planServe(serveInput({ granted: [registration('new')], records: [record], now: later }));
    expect(plan.changes).toEqual([
      {
        kind: 'create',
        entry: entry({ registration: registration('new'), since: later }),
        copyFrom: record,
        why: 'renamed',
      },
      { kind: 'delete', record, why: 'renamed', needs: [idOf('new')] },
    ]);
  });

  it('carries over from the row that was made last, in whichever order they are listed', () => {
    const [old, young] = [row(), row({ generation: 2, created: T0 + 5 })];
    for (const records of [
      [old, young],
      [young, old],
    ]) {
      const [create] = planServe(serveInput({ granted: [registration('new')], records })).changes;
      expect(create).toMatchObject({ kind: 'create', copyFrom: young });
    }
  });

  it('keeps the old row where the new name is refused', () => {
    expect(planServe(serveInput({ granted: [], refused: ['new'], records: [row()] }))).toEqual({ changes: [] });
  });

  it('takes one of two names away, once the other serves', () => {
    const records = [rowNamed('a'), rowNamed('b')];
    const plan = planServe(serveInput({ granted: [registration('a')], records }));
    expect(plan.changes).toEqual([{ kind: 'delete', record: records[1], why: 'renamed', needs: [idOf('a')] }]);
  });

  it('adds a second name without carrying anything over', () => {
    const plan = planServe(serveInput({ granted: [registration(), registration('b')], records: [row()] }));
    expect(plan.changes).toEqual([{ kind: 'create', entry: entry({ registration: registration('b') }), why: 'new' }]);
  });

  it('guesses nothing where several names change at once', () => {
    const records = [rowNamed('a'), rowNamed('b')];
    const plan = planServe(serveInput({ granted: [registration('c'), registration('d')], records }));
    expect(inShort(plan)).toEqual([
      `create ${idOf('c')} new`,
      `create ${idOf('d')} new`,
      `delete ${idOf('a')} renamed`,
      `delete ${idOf('b')} renamed`,
    ]);
    expect(plan.changes[2]).toMatchObject({ needs: [idOf('c'), idOf('d')] });
  });
});

describe('planServe, for an object that was made again', () => {
  const dead = row({ uid: 'uid-0', since: T0 - 5 });

  it('makes a row that carries over and keeps the seniority, beside the dead one, which goes when the new is known everywhere', () => {
    const plan = planServe(serveInput({ records: [dead] }));
    expect(plan).toEqual({
      changes: [{ kind: 'create', entry: entry({ since: T0 - 5, created: T0 }), copyFrom: dead, why: 'recreated' }],
      dueAt: T0 + SETTLE_MS,
    });
  });

  it('takes the dead row away when it is time, and not before', () => {
    const records = [dead, row({ since: T0 - 5, created: T0 })];
    expect(planServe(serveInput({ records, now: T0 + SETTLE_MS - 1 }))).toEqual({ changes: [], dueAt: T0 + SETTLE_MS });
    expect(planServe(serveInput({ records, now: T0 + SETTLE_MS }))).toEqual({
      changes: [{ kind: 'delete', record: dead, why: 'superseded', needs: [idOf('qwen')] }],
    });
  });

  it('takes a dead row that leads elsewhere away as soon as the new one serves', () => {
    const elsewhere = row({ uid: 'uid-0', registration: registration('qwen', { servedName: 'older' }) });
    const plan = planServe(serveInput({ records: [elsewhere] }));
    expect(inShort(plan)).toEqual([`create ${idOf('qwen')} recreated`, `delete ${elsewhere.id} superseded`]);
    expect(plan.changes[1]).toMatchObject({ needs: [idOf('qwen')] });
    expect(plan.dueAt).toBeUndefined();
  });

  it('takes dead rows under other names away at once', () => {
    const plan = planServe(serveInput({ records: [rowNamed('gone', 'uid-0')] }));
    expect(inShort(plan)).toEqual([`create ${idOf('qwen')} new`, `delete ${idOf('gone', 'uid-0')} recreated`]);
  });

  it('takes the dead row away while the new object waits for its first copy', () => {
    expect(inShort(planServe(serveInput({ records: [dead], mayStart: false })))).toEqual([
      `delete ${dead.id} recreated`,
    ]);
  });

  it('carries over from the dead row that was made last', () => {
    const younger = row({ uid: 'uid-00', since: T0 - 5, created: T0 - 1 });
    for (const records of [
      [dead, younger],
      [younger, dead],
    ]) {
      expect(planServe(serveInput({ records })).changes[0]).toMatchObject({ copyFrom: younger });
    }
  });
});

describe('planHold and planWithdraw', () => {
  const records = [rowNamed('a'), rowNamed('b'), rowNamed('a', 'uid-0')];

  it('hold keeps the rows of the living object and drops those of a dead one', () => {
    expect(planHold(UID, records)).toEqual({
      changes: [{ kind: 'delete', record: records[2], why: 'recreated', needs: [] }],
    });
  });

  it('withdraw takes all, and waits for nothing', () => {
    expect(planWithdraw(records).changes).toEqual(
      records.map((record) => ({ kind: 'delete', record, why: 'withdrawn', needs: [] })),
    );
    expect(planWithdraw([])).toEqual({ changes: [] });
  });
});

describe('changesBackend', () => {
  const asks = (more: Parameters<typeof serveInput>[0]): boolean => changesBackend(serveInput(more));

  it.each([
    ['another served name', registration('qwen', { servedName: 'v2' }), true],
    ['another base path', registration('qwen', { apiBase: 'http://qwen-predictor.llm.svc.cluster.local/v1' }), true],
    ['another host', registration('qwen', { apiBase: 'http://moved/openai/v1' }), false],
    ['another mode', registration('qwen', { info: { mode: 'chat' } }), false],
    ['another provider', registration('qwen', { provider: 'openai' }), false],
    ['nothing else', registration(), false],
  ])('%s: %#', (_case, wanted, changes) => {
    expect(asks({ granted: [wanted], records: [row()] })).toBe(changes);
  });

  it('is not asked of an object without rows, or with those of a dead one only', () => {
    const granted = [registration('qwen', { servedName: 'v2' })];
    expect(asks({ granted })).toBe(false);
    expect(asks({ granted, records: [row({ uid: 'uid-0' })] })).toBe(false);
  });

  it('does not take an edit by hand for a rollout', () => {
    const records = [edited(row(), { model: 'hosted_vllm/edited', api_base: 'http://elsewhere/x' })];
    expect(asks({ records })).toBe(false);
  });

  it('compares a new name with the rows of the old one', () => {
    const records = [rowNamed('old')];
    expect(asks({ granted: [registration('new')], records })).toBe(false);
    expect(asks({ granted: [registration('new', { servedName: 'v2' })], records })).toBe(true);
  });

  it('is over once the latest row leads there, though an older one still stands', () => {
    const wanted = registration('qwen', { servedName: 'v2' });
    const records = [row(), asListed(entry({ generation: 2, registration: wanted }))];
    expect(asks({ owner: OWNER, source: SOURCE, granted: [wanted], records })).toBe(false);
  });
});
