import { beforeEach, describe, expect, it } from 'vitest';
import { createRegistry, type Registry } from '../../../src/litellm/registry.ts';
import type { Entry } from '../../../src/registration/entry.ts';
import type { Change } from '../../../src/registration/plan.ts';
import { entry, OWNER, type RowWish, registration, SETTLE_MS, SOURCE, T0 } from '../registration/builders.ts';
import { failureOf } from './builders.ts';
import { type FakeLiteLlm, fakeLiteLlm } from './fake-client.ts';

let litellm: FakeLiteLlm;
let registry: Registry;
let now: number;

/** Another process: it knows nothing of what was written before. */
const restart = (owner = OWNER): Registry =>
  createRegistry({ client: litellm.client, owner, settleMs: SETTLE_MS, now: () => now });

beforeEach(() => {
  now = T0;
  litellm = fakeLiteLlm();
  registry = restart();
});

const creation = (made: Entry): Change => ({ kind: 'create', entry: made, why: 'new' });
const tokens = (max_tokens: number): RowWish => ({ registration: registration('qwen', { info: { max_tokens } }) });

/** Registers an entry, and forgets the calls that it took. */
async function register(wish: RowWish = {}): Promise<Entry> {
  const made = entry(wish);
  await registry.apply(creation(made));
  litellm.calls.length = 0;
  return made;
}

async function update(wish: RowWish) {
  const [record] = registry.recordsOf(SOURCE);
  if (!record) throw new Error('no row');
  return registry.apply({ kind: 'update', record, entry: entry(wish), fields: [] });
}

async function remove(id: string, needs: string[] = []) {
  const record = registry.recordsOf(SOURCE).find((one) => one.id === id);
  if (!record) throw new Error('no row');
  return registry.apply({ kind: 'delete', record, why: 'withdrawn', needs });
}

describe('creating', () => {
  it('takes one call, and is known at once', async () => {
    expect(await registry.apply(creation(entry()))).toMatchObject({ result: 'live' });
    expect(litellm.calls).toEqual([`create ${entry().id}`]);
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ id: entry().id, live: true, stored: true, blocked: false }]);
  });

  it('finds a row that another process made, and that no list shows yet', async () => {
    litellm.lag();
    await restart().apply(creation(entry(tokens(1))));
    litellm.calls.length = 0;
    await registry.refresh();
    expect(await registry.apply(creation(entry(tokens(2))))).toMatchObject({ result: 'live' });
    const { id } = entry();
    expect(litellm.calls).toEqual(['list', `create ${id}`, `findById ${id}`, `update ${id}`]);
    expect([...litellm.database]).toMatchObject([[id, { info: { max_tokens: 2 } }]]);
  });

  it('makes no second row where the answer was lost', async () => {
    litellm.fail('create', 'timeout', 'after');
    expect(await failureOf(registry.apply(creation(entry())))).toMatchObject({ code: 'timeout' });
    expect(registry.recordsOf(SOURCE)).toEqual([]);
    expect(await registry.apply(creation(entry()))).toMatchObject({ result: 'live' });
    expect(litellm.database.size).toBe(1);
  });

  it('fails with a lost database, and notes nothing', async () => {
    litellm.fail('create', 'create-failed');
    litellm.fail('update', 'server-error');
    expect(await failureOf(registry.apply(creation(entry())))).toMatchObject({ code: 'server-error' });
    litellm.fail('create', 'create-failed');
    expect(await failureOf(registry.apply(creation(entry())))).toMatchObject({ code: 'create-failed' });
    expect(registry.owned()).toEqual([]);
  });

  it.each(['rejected', 'forbidden', 'unreachable'] as const)('tries nothing else on %s', async (code) => {
    litellm.fail('create', code);
    expect(await failureOf(registry.apply(creation(entry())))).toMatchObject({ code });
    expect(litellm.calls).toEqual([`create ${entry().id}`]);
  });
});

describe('updating', () => {
  it('takes one call, and leaves what others set', async () => {
    const { id } = await register(tokens(1));
    litellm.addByHand(id, { ...litellm.database.get(id), blocked: true });
    await registry.refresh();
    litellm.calls.length = 0;
    expect(await update(tokens(2))).toMatchObject({ result: 'live' });
    expect(litellm.calls).toEqual([`update ${id}`]);
    expect(litellm.lastBody).not.toHaveProperty('blocked');
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ info: { max_tokens: 2 }, blocked: true }]);
  });

  it('makes a row that was deleted by hand a moment ago', async () => {
    const { id } = await register(tokens(1));
    litellm.database.clear();
    expect(await update(tokens(2))).toMatchObject({ result: 'live' });
    expect(litellm.calls).toEqual([`update ${id}`, `create ${id}`]);
  });

  it('leaves what is known as it was where it fails', async () => {
    await register(tokens(1));
    litellm.fail('update', 'server-error');
    expect(await failureOf(update(tokens(2)))).toMatchObject({ code: 'server-error' });
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ info: { max_tokens: 1 } }]);
  });
});

describe('a row that is saved, and not live', () => {
  beforeEach(() => litellm.unservable.add(entry().id));

  it('is told, and known as such while lists lack it', async () => {
    expect(await registry.apply(creation(entry()))).toMatchObject({ result: 'saved' });
    await registry.refresh();
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ live: false }]);
  });

  it('is live as soon as a list shows it', async () => {
    await registry.apply(creation(entry()));
    litellm.unservable.clear();
    litellm.reload();
    await registry.refresh();
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ live: true }]);
  });
});

describe('deleting', () => {
  it('takes one call, and is known at once', async () => {
    const { id } = await register();
    expect(await remove(id)).toMatchObject({ result: 'deleted' });
    expect(litellm.calls).toEqual([`remove ${id}`]);
    expect([registry.recordsOf(SOURCE), litellm.database.size]).toEqual([[], 0]);
  });

  it('is done where the row is gone already', async () => {
    const { id } = await register();
    litellm.database.clear();
    expect(await remove(id)).toMatchObject({ result: 'deleted' });
  });

  it('leaves the row known where it fails', async () => {
    const { id } = await register();
    litellm.fail('remove', 'server-error');
    expect(await failureOf(remove(id))).toMatchObject({ code: 'server-error' });
    expect(registry.recordsOf(SOURCE)).toHaveLength(1);
  });

  it('waits until what takes its place is there and serves', async () => {
    const { id } = await register();
    const next = entry({ generation: 2 });
    expect(await remove(id, [next.id])).toMatchObject({ result: 'skipped' });
    litellm.unservable.add(next.id);
    await registry.apply(creation(next));
    expect(await remove(id, [next.id])).toMatchObject({ result: 'skipped' });
    expect(litellm.calls).toEqual([`create ${next.id}`]);
    litellm.unservable.clear();
    litellm.reload();
    await registry.refresh();
    expect(await remove(id, [next.id])).toMatchObject({ result: 'deleted' });
    expect([...litellm.database.keys()]).toEqual([next.id]);
  });
});
