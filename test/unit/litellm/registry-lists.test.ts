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

describe('what is known', () => {
  const other = { kind: 'inference-service', namespace: 'b', name: 'other' };

  it('is nothing before the first list', () => {
    expect([registry.owned(), registry.hasId(entry().id)]).toEqual([[], false]);
  });

  it('is what the list shows: ours by object, all by name and id', async () => {
    await register();
    await registry.apply(creation(entry({ source: other, uid: 'uid-o' })));
    litellm.addByHand('by-hand', { publicName: 'qwen' });
    await registry.refresh();
    expect(registry.recordsOf(SOURCE).map(({ id }) => id)).toEqual([entry().id]);
    expect([...registry.owned()].map(({ stamp }) => stamp.source)).toEqual([
      'inference-service/llm/qwen',
      'inference-service/b/other',
    ]);
    expect(registry.underName('qwen')).toHaveLength(3);
    expect(registry.hasId('by-hand')).toBe(true);
  });

  it('counts no row of another owner as ours, also for the same object', async () => {
    await restart('stage').apply(creation(entry({ owner: 'stage' })));
    await registry.refresh();
    expect([registry.recordsOf(SOURCE), [...registry.owned()]]).toEqual([[], []]);
    expect(registry.underName('qwen')).toHaveLength(1);
  });

  it('counts no row of the config file as ours, whatever mark it carries', async () => {
    await register();
    const { client } = litellm;
    const list = async () => (await client.list()).map((row) => ({ ...row, stored: false }));
    const seen = createRegistry({ client: { ...client, list }, owner: OWNER, settleMs: SETTLE_MS, now: () => now });
    await seen.refresh();
    expect(seen.recordsOf(SOURCE)).toEqual([]);
    expect(seen.underName('qwen')).toHaveLength(1);
  });

  it('follows a row to another name', async () => {
    litellm.addByHand('by-hand', { publicName: 'one' });
    await registry.refresh();
    litellm.addByHand('by-hand', { publicName: 'two' });
    await registry.refresh();
    expect([registry.underName('one').length, registry.underName('two').length]).toEqual([0, 1]);
  });

  it('is a row of others for a while also where lists miss it, as one that does not serve; then it is forgotten', async () => {
    litellm.addByHand('by-hand', { publicName: 'one' });
    await registry.refresh();
    litellm.database.delete('by-hand');
    litellm.reload();
    const known = async (after: number) => {
      now += after;
      await registry.refresh();
      return registry.underName('one').map(({ id, live }) => ({ id, live }));
    };
    expect(await known(5)).toEqual([{ id: 'by-hand', live: false }]);
    expect(await known(SETTLE_MS - 1)).toEqual([{ id: 'by-hand', live: false }]);
    expect(await known(1)).toEqual([]);
    expect(registry.hasId('by-hand')).toBe(false);
  });

  it('is a row of others anew, with all its time, once a list has shown it again', async () => {
    litellm.addByHand('by-hand', { publicName: 'one' });
    const row = litellm.database.get('by-hand');
    await registry.refresh();
    const gone = async () => {
      litellm.database.delete('by-hand');
      litellm.reload();
      await registry.refresh();
    };
    await gone();
    litellm.addByHand('by-hand', { ...row });
    await registry.refresh();
    expect(registry.underName('one')).toMatchObject([{ live: true }]);
    now += SETTLE_MS;
    await gone();
    expect(registry.underName('one')).toMatchObject([{ live: false }]);
  });

  it('forgets a row of ours that a list misses at once: it is made again', async () => {
    const { id } = await register();
    now += SETTLE_MS;
    litellm.database.delete(id);
    litellm.reload();
    await registry.refresh();
    expect(registry.owned()).toEqual([]);
  });

  it('is kept where a list fails', async () => {
    await register();
    litellm.fail('list', 'database-down');
    expect(await failureOf(registry.refresh())).toMatchObject({ code: 'database-down' });
    expect(registry.recordsOf(SOURCE)).toHaveLength(1);
  });
});

describe('a row that a list misses', () => {
  it('is asked for in the database first: it may just not be loaded', async () => {
    await register();
    now += SETTLE_MS;
    litellm.unservable.add(entry().id);
    litellm.reload();
    await registry.refresh();
    expect(registry.recordsOf(SOURCE)).toEqual([]);
    litellm.calls.length = 0;
    await registry.apply(creation(entry()));
    expect(litellm.calls).toEqual([`update ${entry().id}`]);
  });

  it('is made again where the database has lost it', async () => {
    const { id } = await register();
    litellm.database.clear();
    litellm.reload();
    await registry.refresh();
    litellm.calls.length = 0;
    expect(await registry.apply(creation(entry()))).toMatchObject({ result: 'live' });
    expect(litellm.calls).toEqual([`update ${id}`, `create ${id}`]);
  });

  it('is just made where we deleted it ourselves', async () => {
    const { id } = await register();
    await remove(id);
    litellm.calls.length = 0;
    await registry.apply(creation(entry()));
    expect(litellm.calls).toEqual([`create ${id}`]);
  });
});

describe('a list that lags', () => {
  it('does not undo what was written', async () => {
    const { id } = await register(tokens(1));
    litellm.lag();
    await update(tokens(2));
    await registry.apply(creation(entry({ registration: registration('second') })));
    await registry.refresh();
    expect(registry.recordsOf(SOURCE)).toMatchObject([
      { id, info: { max_tokens: 2 } },
      { publicName: 'second', live: true },
    ]);
    await remove(id);
    await registry.refresh();
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ publicName: 'second' }]);
  });

  it('is believed when the time is up', async () => {
    await register(tokens(1));
    litellm.lag();
    await update(tokens(2));
    now += SETTLE_MS;
    await registry.refresh();
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ info: { max_tokens: 1 } }]);
  });

  it('is not taken for one where it shows an edit', async () => {
    const { id } = await register(tokens(1));
    await update(tokens(2));
    const row = litellm.database.get(id);
    litellm.addByHand(id, { ...row, params: { ...row?.params, api_base: 'http://elsewhere' } });
    await registry.refresh();
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ params: { api_base: 'http://elsewhere' } }]);
  });
});
