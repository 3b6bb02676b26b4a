import { beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, type Registry } from '../../../src/litellm/registry.ts';
import type { StampedRecord } from '../../../src/registration/entry.ts';
import { entry, OWNER, registration, SETTLE_MS, SOURCE, T0 } from '../registration/builders.ts';
import { failureOf } from './builders.ts';
import { type DatabaseRow, type FakeLiteLlm, fakeLiteLlm } from './fake-client.ts';

const full = entry({ registration: registration('qwen', { info: { mode: 'chat', notes: 'x' } }) });
const bare = registration('qwen', { info: { mode: 'embedding' } });
const next = entry({ registration: bare, generation: 2 });
const fallback = entry({ registration: bare });

let litellm: FakeLiteLlm;
let registry: Registry;
let record: StampedRecord;

beforeEach(async () => {
  litellm = fakeLiteLlm();
  registry = createRegistry({ client: litellm.client, owner: OWNER, settleMs: SETTLE_MS, now: () => T0 });
  await registry.apply({ kind: 'create', entry: full, why: 'new' });
  const [row] = registry.recordsOf(SOURCE);
  if (!row) throw new Error('no row');
  record = row;
  litellm.calls.length = 0;
});

/** Somebody else adds this to our row. */
function addByHand({ params, info, ...more }: Partial<DatabaseRow>): void {
  const row = litellm.database.get(full.id);
  litellm.addByHand(full.id, {
    ...row,
    params: { ...row?.params, ...params },
    info: { ...row?.info, ...info },
    ...more,
  });
}

const replace = () => registry.apply({ kind: 'replace', record, entry: next, fallback, fields: [] });
const rename = () =>
  registry.apply({
    kind: 'create',
    entry: entry({ registration: registration('new') }),
    copyFrom: record,
    why: 'renamed',
  });

describe('a replacement', () => {
  it('makes the next row beside the old one, which stays as it is', async () => {
    const before = structuredClone(litellm.database.get(full.id));
    expect(await replace()).toMatchObject({ result: 'live' });
    expect(litellm.database.get(full.id)).toEqual(before);
    expect(litellm.database.get(next.id)?.info).toMatchObject({ mode: 'embedding' });
    expect(litellm.database.get(next.id)?.info).not.toHaveProperty('notes');
    expect(litellm.calls).toEqual([`update ${full.id}`, `findById ${full.id}`, `create ${next.id}`]);
    expect(registry.recordsOf(SOURCE).map(({ id }) => id)).toEqual(expect.arrayContaining([full.id, next.id]));
  });

  it('dates the next row by when it is made, since its change may have waited for long', async () => {
    const later = new Date(T0 + 60_000);
    const options = { client: litellm.client, owner: OWNER, settleMs: SETTLE_MS, date: () => later.getTime() };
    registry = createRegistry(options);
    await registry.refresh();
    await replace();
    const stamp = { ...next.stamp, created: later.toISOString() };
    expect(litellm.database.get(next.id)?.info).toMatchObject({ model_registrar: stamp });
    expect(registry.recordsOf(SOURCE)).toContainEqual(expect.objectContaining({ id: next.id, stamp }));
  });

  it('carries over what others set, an administrator’s block too', async () => {
    addByHand({ params: { rpm: 5 }, info: { team: 'search' }, blocked: true });
    await replace();
    expect(litellm.database.get(next.id)).toMatchObject({
      params: { rpm: 5 },
      info: { team: 'search' },
      blocked: true,
    });
    expect(registry.recordsOf(SOURCE).find(({ id }) => id === next.id)).toMatchObject({ blocked: true });
  });

  it('sets no block where there is none, and copies nothing of LiteLLM’s price map', async () => {
    await replace();
    expect(litellm.lastBody).not.toHaveProperty('blocked');
    expect(litellm.database.get(next.id)?.info).not.toHaveProperty('key');
  });

  it('sees what others set in the database, though lists lag', async () => {
    litellm.lag();
    addByHand({ info: { team: 'search' }, blocked: true });
    await replace();
    expect(litellm.database.get(next.id)).toMatchObject({ info: { team: 'search' }, blocked: true });
  });

  it('never takes place where a hidden value of others would be lost: the rest is brought in step', async () => {
    addByHand({ params: { hf_token: 'canary', rpm: 5 } });
    expect(await replace()).toMatchObject({ result: 'kept', hidden: ['hf_token'] });
    expect([...litellm.database.keys()]).toEqual([full.id]);
    expect(litellm.database.get(full.id)).toMatchObject({
      params: { hf_token: 'canary', rpm: 5 },
      info: { mode: 'embedding', notes: 'x' },
    });
  });

  it('takes place without anything carried over where the old row was deleted a moment ago', async () => {
    litellm.database.clear();
    expect(await replace()).toMatchObject({ result: 'live' });
    expect([...litellm.database.keys()]).toEqual([next.id]);
  });

  it('makes no third row when it is made again after a lost answer', async () => {
    litellm.fail('create', 'timeout', 'after');
    await failureOf(replace());
    expect(await replace()).toMatchObject({ result: 'live' });
    expect([...litellm.database.keys()]).toEqual([full.id, next.id]);
  });

  it('loses nothing on doubt: what no list shows yet, or is saved and not live, is tried again', async () => {
    litellm.lag();
    addByHand({ params: { organization: 'search' } });
    expect(await failureOf(replace())).toMatchObject({ code: 'not-shown' });
    litellm.reload();
    litellm.unservable.add(full.id);
    expect(await failureOf(replace())).toMatchObject({ code: 'not-shown' });
    expect([...litellm.database.keys()]).toEqual([full.id]);
    litellm.unservable.clear();
    expect(await replace()).toMatchObject({ result: 'live' });
    expect(litellm.database.get(next.id)).toMatchObject({ params: { organization: 'search' } });
  });

  it.each(['update', 'findById', 'create'] as const)(
    'leaves the old row in service where its %s fails',
    async (operation) => {
      litellm.fail(operation, 'unreachable');
      expect(await failureOf(replace())).toMatchObject({ code: 'unreachable' });
      expect([...litellm.database.keys()]).toEqual([full.id]);
    },
  );
});

describe('a superseded row that goes', () => {
  const removeOld = () => registry.apply({ kind: 'delete', record, why: 'superseded', needs: [next.id] });

  beforeEach(async () => {
    await replace();
    litellm.calls.length = 0;
  });

  it('takes one call, after a look at what takes its place', async () => {
    expect(await removeOld()).toMatchObject({ result: 'deleted' });
    expect(litellm.calls).toEqual([`findById ${next.id}`, `remove ${full.id}`]);
  });

  it('leaves the block that was set on it in the meantime to its successor: the model was meant', async () => {
    addByHand({ blocked: true });
    await registry.refresh();
    litellm.calls.length = 0;
    expect(await removeOld()).toMatchObject({ result: 'deleted' });
    expect(litellm.calls).toEqual([`findById ${next.id}`, `update ${next.id}`, `remove ${full.id}`]);
    expect(litellm.database.get(next.id)).toMatchObject({ blocked: true, params: next.params });
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ id: next.id, blocked: true }]);
  });

  it('leaves a block of our own to nobody: it was for a time in which nothing served', async () => {
    const mark = { ...full, params: {}, info: {}, stamp: { ...full.stamp, blockedByUs: true } };
    await registry.apply({ kind: 'update', record, entry: mark, fields: [], blocked: true });
    expect(litellm.database.get(full.id)).toMatchObject({ blocked: true });
    expect(await removeOld()).toMatchObject({ result: 'deleted' });
    expect(litellm.database.get(next.id)).toMatchObject({ blocked: false });
  });

  it('sets no block twice', async () => {
    addByHand({ blocked: true });
    litellm.addByHand(next.id, { ...litellm.database.get(next.id), blocked: true });
    await registry.refresh();
    litellm.calls.length = 0;
    await removeOld();
    expect(litellm.calls).toEqual([`findById ${next.id}`, `remove ${full.id}`]);
  });

  it('leaves its block to nobody where its name is given up: that was copied when the other row was made', async () => {
    addByHand({ blocked: true });
    await registry.refresh();
    litellm.calls.length = 0;
    await registry.apply({ kind: 'delete', record, why: 'renamed', needs: [next.id] });
    expect(litellm.calls).toEqual([`findById ${next.id}`, `remove ${full.id}`]);
  });

  it('stays where somebody has deleted what takes its place since the last list', async () => {
    litellm.database.delete(next.id);
    litellm.reload();
    expect(await removeOld()).toMatchObject({ result: 'skipped' });
    expect([...litellm.database.keys()]).toEqual([full.id]);
  });

  it('stays where the block cannot be set', async () => {
    addByHand({ blocked: true });
    await registry.refresh();
    litellm.fail('update', 'server-error');
    await failureOf(removeOld());
    expect(litellm.database.has(full.id)).toBe(true);
  });
});

describe('a row that takes the place of another', () => {
  it('gets what others set on that one', async () => {
    addByHand({ params: { rpm: 5 }, info: { team: 'search' }, blocked: true });
    const applied = await rename();
    expect(applied).toMatchObject({ result: 'live' });
    expect(applied).not.toHaveProperty('hidden');
    const { id } = entry({ registration: registration('new') });
    expect(litellm.database.get(id)).toMatchObject({
      publicName: 'new',
      params: { rpm: 5 },
      info: { team: 'search' },
      blocked: true,
    });
    expect(litellm.database.get(id)?.info).not.toHaveProperty('notes');
  });

  it('is made also where not all can be copied, and says what is missing', async () => {
    addByHand({ params: { hf_token: 'canary' } });
    expect(await rename()).toMatchObject({ result: 'live', hidden: ['hf_token'] });
    expect(litellm.database.size).toBe(2);
    expect(JSON.stringify(litellm.database.get(entry({ registration: registration('new') }).id))).not.toContain(
      'canary',
    );
  });

  it('is made also where that one is gone', async () => {
    litellm.database.clear();
    expect(await rename()).toMatchObject({ result: 'live' });
  });
});

describe('a row that yields its name', () => {
  const rival = () => ({ publicName: record.publicName, params: next.params, info: {} });
  const yields = () => registry.apply({ kind: 'delete', record, why: 'yielded', needs: [] });

  it('goes while another stands under the name', async () => {
    litellm.addByHand('theirs', rival());
    expect(await yields()).toMatchObject({ result: 'deleted' });
    expect([...litellm.database.keys()]).toEqual(['theirs']);
  });

  it('stays where that one has gone since the last list: else nobody would serve it', async () => {
    litellm.addByHand('theirs', rival());
    await registry.refresh();
    litellm.database.delete('theirs');
    litellm.reload();
    expect(await yields()).toMatchObject({ result: 'skipped' });
    expect([...litellm.database.keys()]).toEqual([full.id]);
  });
});
