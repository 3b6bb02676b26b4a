import { describe, expect, it } from 'vitest';
import type { StampedRecord } from '../../../src/registration/entry.ts';
import { planServe } from '../../../src/registration/plan.ts';
import type { Json } from '../../../src/registration/registration.ts';
import { edited, entry, inShort, registration, row, SETTLE_MS, serveInput, T0 } from './builders.ts';

const full = registration('qwen', { params: { api_key: 'not-needed', rpm: 5 }, info: { notes: 'x', max_tokens: 8 } });
const bare = registration('qwen', { info: { max_tokens: 9 } });
const base = entry().id;
const later = T0 + 10 * SETTLE_MS;

describe('a key that has to go', () => {
  const record = row({ registration: full });
  const plan = planServe(serveInput({ granted: [bare], records: [record], now: later }));

  it('makes the next row beside the old one, which keeps its seniority', () => {
    expect(inShort(plan)).toEqual([`replace ${base} by ${base}.2`]);
    expect(plan.changes[0]).toMatchObject({
      record,
      entry: entry({ registration: bare, generation: 2, since: T0, created: later }),
    });
  });

  it('tells each field, those that go as such', () => {
    expect(plan.changes[0]).toMatchObject({
      fields: [
        { field: 'model_info.max_tokens', from: 8, to: 9 },
        { field: 'model_info.notes', from: 'x', to: undefined },
        { field: 'litellm_params.rpm', from: 5, to: undefined },
      ],
    });
  });

  it('has a fallback: the old row with the rest in step, and the keys still marked as ours', () => {
    const whole = entry({ registration: bare });
    expect(plan.changes[0]).toMatchObject({
      fallback: { ...whole, stamp: { ...whole.stamp, keys: [...whole.stamp.keys, 'info.notes', 'params.rpm'].sort() } },
    });
  });

  it('shows nothing of a hidden value that goes', () => {
    const secret = registration('qwen', { params: { api_key: 'not-needed', hf_token: 'canary-token' } });
    const masked = edited(row({ registration: secret }), { hf_token: 'cana****oken' });
    const { changes } = planServe(serveInput({ records: [masked] }));
    expect(changes[0]).toMatchObject({
      fields: [{ field: 'litellm_params.hf_token', from: undefined, to: undefined }],
    });
    expect(JSON.stringify(changes[0])).not.toContain('canary');
  });

  it('needs no new row where the value is gone from the old one already', () => {
    const { rpm: _gone, ...params } = record.params;
    const { notes: _too, ...info } = record.info;
    const inStep = planServe(serveInput({ granted: [bare], records: [{ ...record, params, info }] }));
    expect(inShort(inStep)).toEqual([`update ${base}`]);
  });
});

describe('a parameter that is withheld', () => {
  const heavy = registration('qwen', { params: { api_key: 'not-needed', weight: 2 } });
  const plan = (record: StampedRecord, withheld: Record<string, Json>, granted = [registration()]) =>
    planServe(serveInput({ granted, records: [record], withheld: new Map([['qwen', withheld]]) }));

  it.each<[string, Record<string, Json>, Json]>([
    ['is what the object wants', { weight: 2 }, 2],
    ['came back as text', { weight: 2 }, '2'],
    ['is another than the object wants by now', { weight: 999 }, 2],
  ])('stays on a row of ours that has it, and the row is in step: it %s', (_case, withheld, weight) => {
    expect(plan(edited(row({ registration: heavy }), { weight }), withheld)).toEqual({ changes: [] });
  });

  it('does not come to a row that has none, nor to a new one, nor is one of somebody else’s taken for ours', () => {
    expect(plan(row(), { weight: 2 })).toEqual({ changes: [] });
    expect(plan(edited(row(), { weight: 5 }), { weight: 2 })).toEqual({ changes: [] });
    const [made] = planServe(serveInput({ withheld: new Map([['qwen', { weight: 2 }]]) })).changes;
    expect(made).toMatchObject({ kind: 'create', entry: entry() });
  });

  it('goes where the object no longer wants it', () => {
    expect(inShort(plan(row({ registration: heavy }), {}))).toEqual([`replace ${base} by ${base}.2`]);
    expect(inShort(plan(row({ registration: heavy }), { order: 1 }))).toEqual([`replace ${base} by ${base}.2`]);
  });
});

describe('a row that was replaced', () => {
  const made = T0 + 7;
  const old = row({ registration: full });
  const next = row({ registration: bare, generation: 2, since: T0, created: made });
  const serve = (now: number, records = [old, next], granted = [bare]) =>
    planServe(serveInput({ granted, records, now }));

  it('stays until every replica knows the next one', () => {
    expect(serve(made)).toEqual({ changes: [], dueAt: made + SETTLE_MS });
    expect(serve(made + SETTLE_MS - 1)).toEqual({ changes: [], dueAt: made + SETTLE_MS });
  });

  it('goes then, if the next one serves', () => {
    expect(serve(made + SETTLE_MS)).toEqual({
      changes: [{ kind: 'delete', record: old, why: 'superseded', needs: [next.id] }],
    });
  });

  it('goes at once where it leads to another backend', () => {
    const moved = registration('qwen', { ...bare, servedName: 'v2' });
    const movedRow = row({ registration: moved, generation: 2, since: T0, created: made });
    expect(inShort(serve(made, [old, movedRow], [moved]))).toEqual([`delete ${base} superseded`]);
  });

  it('is not brought in step any more, but the next one is', () => {
    const records = [edited(old, { api_base: old.params.api_base ?? '', rpm: 99 }), edited(next, { model: 'x/y' })];
    expect(inShort(serve(made, records))).toEqual([`update ${base}.2`]);
  });

  it('is followed by a third while two stand: no id is used again', () => {
    const barest = registration();
    const plan = serve(made + 5, [next, old], [barest]);
    expect(inShort(plan)).toEqual([`replace ${base}.2 by ${base}.3`]);
    expect(plan.dueAt).toBe(made + SETTLE_MS);
  });

  it('goes before the third is due, while the second stays', () => {
    const barest = registration();
    const third = row({ registration: barest, generation: 3, since: T0, created: made + SETTLE_MS });
    const now = made + 2 * SETTLE_MS;
    expect(inShort(serve(now - 1, [third, old, next], [barest]))).toEqual([]);
    expect(inShort(serve(now, [third, old, next], [barest]))).toEqual([
      `delete ${base}.2 superseded`,
      `delete ${base} superseded`,
    ]);
  });

  it('is looked at when the first of several is due', () => {
    const twice = (name: string, created: number) =>
      [1, 2].map((generation) => row({ registration: registration(name), generation, since: T0, created }));
    for (const records of [
      [...twice('a', made), ...twice('b', made + 5)],
      [...twice('a', made + 5), ...twice('b', made)],
    ]) {
      expect(serve(made + 6, records, [registration('a'), registration('b')])).toEqual({
        changes: [],
        dueAt: made + SETTLE_MS,
      });
    }
  });

  it('goes with the entry when its name is taken away', () => {
    const plan = serve(made, [old, next], [registration('other')]);
    const other = entry({ registration: registration('other') }).id;
    expect(inShort(plan)).toEqual([`create ${other} renamed`, `delete ${base} renamed`, `delete ${base}.2 renamed`]);
  });
});
