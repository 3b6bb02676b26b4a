import { describe, expect, it } from 'vitest';
import { planServe } from '../../../src/registration/plan.ts';
import { registeredRef } from '../../../src/registration/register-ref.ts';
import { entry, inShort, registration, row, SETTLE_MS, SOURCE, serveInput, T0 } from './builders.ts';

const { id } = entry();
const stopgap = row({ source: registeredRef(SOURCE), since: T0 - 1_000 });
const since = T0 - 1_000;

describe('a row that register made for an object that is looked after now', () => {
  it('serves beside the object’s own, which is made first and keeps its seniority and what others set on it', () => {
    const plan = planServe(serveInput({ records: [], stopgaps: [stopgap], now: T0 }));
    expect(inShort(plan)).toEqual([`create ${id} new`]);
    expect(plan.changes[0]).toMatchObject({ copyFrom: stopgap, why: 'new', entry: entry({ since, created: T0 }) });
    expect(plan.dueAt).toBe(T0 + SETTLE_MS);
  });

  it('goes when the object’s own is known to every replica, and only if that one is live then', () => {
    const own = row({ since, created: T0 });
    const waits = planServe(serveInput({ records: [own], stopgaps: [stopgap], now: T0 + SETTLE_MS - 1 }));
    expect(waits).toEqual({ changes: [], dueAt: T0 + SETTLE_MS });
    const goes = planServe(serveInput({ records: [own], stopgaps: [stopgap], now: T0 + SETTLE_MS }));
    expect(goes.changes).toEqual([{ kind: 'delete', record: stopgap, why: 'superseded', needs: [own.id] }]);
  });

  it('waits as long where it leads to another backend: the object lives, and that was chosen for it', () => {
    const elsewhere = row({
      source: registeredRef(SOURCE),
      registration: registration('qwen', { servedName: 'other' }),
    });
    const plan = planServe(serveInput({ records: [row({ created: T0 })], stopgaps: [elsewhere], now: T0 + 1 }));
    expect(plan).toEqual({ changes: [], dueAt: T0 + SETTLE_MS });
  });

  it('goes although it was made for an object of this name that was deleted', () => {
    const dead = row({ source: registeredRef(SOURCE), uid: 'uid-0' });
    const plan = planServe(serveInput({ records: [row({ created: T0 })], stopgaps: [dead], now: T0 + SETTLE_MS }));
    expect(inShort(plan)).toEqual([`delete ${dead.id} superseded`]);
  });

  it('stays while the object’s first row may not be made', () => {
    expect(planServe(serveInput({ records: [], stopgaps: [stopgap], mayStart: false }))).toEqual({ changes: [] });
  });

  it('stays under a name that the object does not want', () => {
    const other = row({ source: registeredRef(SOURCE), registration: registration('other') });
    const plan = planServe(serveInput({ records: [row()], stopgaps: [other], now: T0 + 10 * SETTLE_MS }));
    expect(plan).toEqual({ changes: [] });
  });

  it('stays where its name is refused to the object', () => {
    const plan = planServe(serveInput({ granted: [], refused: ['qwen'], records: [], stopgaps: [stopgap] }));
    expect(plan).toEqual({ changes: [] });
  });
});
