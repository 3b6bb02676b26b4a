import { describe, expect, it } from 'vitest';
import type { StampedRecord } from '../../../src/registration/entry.ts';
import type { Plan } from '../../../src/registration/plan.ts';
import { liftBlocks, planDown } from '../../../src/registration/unready.ts';
import { asListed, entry, UID } from './builders.ts';

const record = (more: Partial<StampedRecord> = {}, blockedByUs?: boolean): StampedRecord => {
  const made = asListed(entry());
  return { ...made, ...more, stamp: { ...made.stamp, ...(blockedByUs !== undefined && { blockedByUs }) } };
};
const dead = (): StampedRecord => asListed(entry({ uid: 'dead' }));

describe('an object that is down', () => {
  it('is taken out by Withdraw, with what is left of its predecessor', () => {
    const { changes } = planDown('Withdraw', UID, [record(), dead()]);
    expect(changes).toMatchObject([
      { kind: 'delete', why: 'withdrawn' },
      { kind: 'delete', why: 'withdrawn' },
    ]);
  });

  it('is blocked by Block, by a write that says so and changes nothing else', () => {
    expect(planDown('Block', UID, [record()]).changes).toMatchObject([
      {
        kind: 'update',
        blocked: true,
        entry: { params: {}, info: {}, stamp: { blockedByUs: true } },
        fields: [{ field: 'blocked', from: false, to: true }],
      },
    ]);
  });

  it('is left alone where an administrator blocked it, where we did, and where somebody let it go again', () => {
    const rows = [record({ blocked: true }), record({ blocked: true }, true), record({ blocked: false }, true)];
    expect(planDown('Block', UID, rows).changes).toEqual([]);
  });
});

describe('an object that serves again', () => {
  it('is let in where we blocked it, before all else', () => {
    const other = { kind: 'create', entry: entry(), why: 'new' } as const;
    const { changes } = liftBlocks({ changes: [other] }, UID, [record({ blocked: true }, true)]);
    expect(changes).toMatchObject([
      { kind: 'update', blocked: false, fields: [{ field: 'blocked', from: true, to: false }] },
      { kind: 'create' },
    ]);
    expect(changes[0]).not.toHaveProperty('entry.stamp.blockedByUs');
  });

  it('is let in by the write that it gets anyway', () => {
    const blocked = record({ blocked: true }, true);
    const field = { field: 'model_info.notes', from: undefined, to: 'x' };
    const update = { kind: 'update', record: blocked, entry: entry(), fields: [field] } as const;
    expect(liftBlocks({ changes: [{ ...update, fields: [field] }] }, UID, [blocked]).changes).toMatchObject([
      { kind: 'update', blocked: false, fields: [{ field: 'blocked' }, { field: 'model_info.notes' }] },
    ]);
  });

  it('is not let in where an administrator blocked it', () => {
    expect(liftBlocks({ changes: [] }, UID, [record({ blocked: true })]).changes).toEqual([]);
  });

  it('loses but our mark where somebody let it go before', () => {
    const { changes } = liftBlocks({ changes: [] }, UID, [record({ blocked: false }, true)]);
    expect(changes).toMatchObject([{ kind: 'update', fields: [] }]);
    expect(changes[0]).not.toHaveProperty('blocked');
  });

  it('is let in also before its row is replaced: that may fail', () => {
    const going = record({ blocked: true }, true);
    const replace = { kind: 'replace', record: going, entry: entry(), fallback: entry(), fields: [] } as const;
    expect(liftBlocks({ changes: [{ ...replace, fields: [] }] }, UID, [going]).changes).toMatchObject([
      { kind: 'update', blocked: false },
      { kind: 'replace' },
    ]);
  });

  it('is not touched for what is left of its predecessor, nor where that row goes', () => {
    const rows = [{ ...dead(), blocked: true, stamp: { ...dead().stamp, blockedByUs: true } }];
    expect(liftBlocks({ changes: [] }, UID, rows).changes).toEqual([]);
    const going = record({ blocked: true }, true);
    const plan: Plan = { changes: [{ kind: 'delete', record: going, why: 'superseded', needs: [] }] };
    expect(liftBlocks(plan, UID, [going])).toEqual(plan);
  });
});
