import { describe, expect, it } from 'vitest';
import type { Change, DeleteReason } from '../../../src/registration/plan.ts';
import { applyPolicy, POLICIES } from '../../../src/registration/policy.ts';
import { entry, row, T0 } from './builders.ts';

const record = row();
const remove = (why: DeleteReason): Change => ({ kind: 'delete', record, why, needs: [] });
const changes: Change[] = [
  { kind: 'create', entry: entry(), why: 'new' },
  { kind: 'update', record, entry: entry(), fields: [] },
  { kind: 'replace', record, entry: entry({ generation: 2 }), fallback: entry(), fields: [] },
  remove('withdrawn'),
  remove('renamed'),
  remove('yielded'),
  remove('superseded'),
];

describe('applyPolicy', () => {
  it('leaves all under sync', () => {
    expect(applyPolicy({ changes, dueAt: T0 }, 'sync')).toEqual({ changes, dueAt: T0 });
  });

  it('takes no model and no name out of service under upsert-only: a superseded row may go', () => {
    expect(applyPolicy({ changes }, 'upsert-only').changes).toEqual([...changes.slice(0, 3), changes[6]]);
  });

  it('only adds under create-only', () => {
    expect(applyPolicy({ changes }, 'create-only').changes).toEqual([changes[0]]);
  });

  it.each(POLICIES)('keeps under %s when to look again', (policy) => {
    expect(applyPolicy({ changes, dueAt: T0 }, policy).dueAt).toBe(T0);
    expect(applyPolicy({ changes }, policy)).not.toHaveProperty('dueAt');
  });
});
