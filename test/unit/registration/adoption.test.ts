import { describe, expect, it } from 'vitest';
import { adoptionsOf, planAdoption } from '../../../src/registration/adoption.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import type { ServeInput } from '../../../src/registration/plan.ts';
import { entry, handMade, inShort, registration, row, SETTLE_MS, serveInput, T0 } from './builders.ts';

const { id } = entry();
const theirs = handMade();
const QWEN = new Set(['qwen']);

const plan = (more: Partial<ServeInput> = {}, adopted: ModelRecord[] = [theirs]) =>
  planAdoption(serveInput(more), adopted, QWEN);

describe('planAdoption', () => {
  it('makes ours beside theirs, with what others set there, and nothing goes before the settle time is over', () => {
    expect(plan()).toEqual({
      changes: [{ kind: 'create', entry: entry({ since: T0 }), copyFrom: theirs, why: 'adopted' }],
      dueAt: T0 + SETTLE_MS,
    });
    const ours = row({ created: T0 });
    const standing = (now: number) => plan({ records: [ours], now });
    expect(standing(T0 + SETTLE_MS - 1)).toEqual({ changes: [], dueAt: T0 + SETTLE_MS });
    expect(standing(T0 + SETTLE_MS)).toEqual({
      changes: [{ kind: 'delete', record: theirs, why: 'adopted', needs: [id] }],
    });
  });

  it('goes on where theirs is gone already: ours is made all the same, and later there is nothing to do', () => {
    expect(inShort(plan({}, []))).toEqual([`create ${id} adopted`]);
    expect(plan({ records: [row()], now: T0 + SETTLE_MS }, [])).toEqual({ changes: [] });
  });

  it('plans nothing else of the object: neither other names, nor rows of an earlier object', () => {
    const records = [row(), row({ uid: 'uid-0' })];
    const granted = [registration(), registration('other')];
    expect(plan({ granted, records })).toEqual({ changes: [], dueAt: T0 + SETTLE_MS });
  });

  it('brings ours in step where it stands already, and theirs goes only when every replica knows that', () => {
    const elsewhere = row({ registration: registration('qwen', { apiBase: 'http://old/v1' }) });
    const now = T0 + 9 * SETTLE_MS;
    const mending = plan({ records: [elsewhere], now });
    expect(mending).toMatchObject({
      changes: [{ kind: 'update', record: elsewhere, entry: entry(), fields: [{ field: 'litellm_params.api_base' }] }],
      dueAt: now + SETTLE_MS,
    });
    expect(adoptionsOf(mending)).toEqual(mending);
  });

  it('replaces no row for a setting that has to go: that is the controller’s, and theirs does not wait for it', () => {
    const surplus = row({ registration: registration('qwen', { info: { notes: 'old' } }) });
    const now = T0 + SETTLE_MS;
    const [mending, ...others] = plan({ records: [surplus], now }).changes;
    expect(others).toEqual([]);
    if (mending?.kind !== 'update') throw new Error('no update');
    expect(mending.entry.stamp.keys).toContain('info.notes');
    const mended = { ...surplus, stamp: mending.entry.stamp };
    expect(inShort(plan({ records: [mended], now }))).toEqual(['delete by-hand adopted']);
  });

  it('copies one of several rows: the last generation, else the first by its id', () => {
    const copied = (...rows: ModelRecord[]) =>
      plan({}, rows).changes.flatMap((change) => ('copyFrom' in change ? (change.copyFrom?.id ?? 'none') : []));
    const [a, b] = ['a', 'b'].map((name) => handMade('qwen', { id: name }));
    if (!a || !b) throw new Error('no rows');
    expect([copied(a, b), copied(b, a)]).toEqual([['a'], ['a']]);
    const former = [T0 - 5, T0 - 9].map((created, index) => row({ owner: 'former', generation: index + 1, created }));
    expect(copied(...former)).toEqual([former[0]?.id]);
  });

  it('does nothing while some of several rows are blocked and others are not: ours could only serve or not', () => {
    const blocked = handMade('qwen', { id: 'blocked', blocked: true });
    expect(plan({}, [theirs, blocked])).toEqual({ changes: [] });
    expect(plan({ records: [row()], now: T0 + SETTLE_MS }, [theirs, blocked])).toEqual({ changes: [] });
    expect(plan({}, [blocked]).changes).toHaveLength(1);
  });

  it('takes nothing that the object may not have, or while its first registration waits', () => {
    expect(plan({ granted: [], refused: ['qwen'] }).changes).toEqual([]);
    expect(plan({ mayStart: false }).changes).toEqual([]);
  });

  it('is registered a moment before the rows of an earlier owner id, so that ours is not the one that yields', () => {
    const former = [1, 2].map((generation) =>
      row({ owner: 'former', generation, since: T0 - 99, created: T0 - generation }),
    );
    const [create] = plan({}, former).changes;
    expect(create).toMatchObject({ entry: entry({ since: T0 - 100, created: T0 }), copyFrom: former[0] });
    expect(inShort(plan({ records: [row()], now: T0 + SETTLE_MS }, former))).toEqual(
      former.map((one) => `delete ${one.id} adopted`),
    );
  });
});

describe('adoptionsOf', () => {
  it('leaves nothing in a plan but adoptions', () => {
    const own = { kind: 'delete', record: row(), why: 'withdrawn', needs: [] } as const;
    const changes = [...plan().changes, { ...own, needs: [] }];
    expect(inShort(adoptionsOf({ changes, dueAt: 5 }))).toEqual([`create ${id} adopted`]);
    expect(adoptionsOf({ changes, dueAt: 5 }).dueAt).toBe(5);
  });
});
