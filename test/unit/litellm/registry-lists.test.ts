import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/litellm/registry.ts';
import { entry, OWNER, registration, SETTLE_MS, SOURCE, T0 } from '../registration/builders.ts';
import { failureOf } from './builders.ts';
import { creation, tokens, useRegistry } from './registry-stage.ts';

const stage = useRegistry();

describe('what is known', () => {
  const other = { kind: 'inference-service', namespace: 'b', name: 'other' };

  it('is nothing before the first list', () => {
    expect([stage.registry.owned(), stage.registry.hasId(entry().id)]).toEqual([[], false]);
  });

  it('is what the list shows: ours by object, all by name and id', async () => {
    await stage.register();
    await stage.registry.apply(creation(entry({ source: other, uid: 'uid-o' })));
    stage.litellm.addByHand('by-hand', { publicName: 'qwen' });
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE).map(({ id }) => id)).toEqual([entry().id]);
    expect([...stage.registry.owned()].map(({ stamp }) => stamp.source)).toEqual([
      'inference-service/llm/qwen',
      'inference-service/b/other',
    ]);
    expect(stage.registry.underName('qwen')).toHaveLength(3);
    expect(stage.registry.hasId('by-hand')).toBe(true);
  });

  it('counts no row of another owner as ours, also for the same object', async () => {
    await stage.restart('stage').apply(creation(entry({ owner: 'stage' })));
    await stage.registry.refresh();
    expect([stage.registry.recordsOf(SOURCE), [...stage.registry.owned()]]).toEqual([[], []]);
    expect(stage.registry.underName('qwen')).toHaveLength(1);
  });

  it('counts no row of the config file as ours, whatever mark it carries', async () => {
    await stage.register();
    const { client } = stage.litellm;
    const list = async () => (await client.list()).map((row) => ({ ...row, stored: false }));
    const seen = createRegistry({
      client: { ...client, list },
      owner: OWNER,
      settleMs: SETTLE_MS,
      now: () => stage.now,
    });
    await seen.refresh();
    expect(seen.recordsOf(SOURCE)).toEqual([]);
    expect(seen.underName('qwen')).toHaveLength(1);
  });

  it('follows a row to another name', async () => {
    stage.litellm.addByHand('by-hand', { publicName: 'one' });
    await stage.registry.refresh();
    stage.litellm.addByHand('by-hand', { publicName: 'two' });
    await stage.registry.refresh();
    expect([stage.registry.underName('one').length, stage.registry.underName('two').length]).toEqual([0, 1]);
  });

  it('is a row of others for a while also where lists miss it, as one that does not serve; then it is forgotten', async () => {
    stage.litellm.addByHand('by-hand', { publicName: 'one' });
    await stage.registry.refresh();
    stage.litellm.database.delete('by-hand');
    stage.litellm.reload();
    const known = async (after: number) => {
      stage.now += after;
      await stage.registry.refresh();
      return stage.registry.underName('one').map(({ id, live }) => ({ id, live }));
    };
    expect(await known(5)).toEqual([{ id: 'by-hand', live: false }]);
    expect(await known(SETTLE_MS - 1)).toEqual([{ id: 'by-hand', live: false }]);
    expect(await known(1)).toEqual([]);
    expect(stage.registry.hasId('by-hand')).toBe(false);
  });

  it('is a row of others anew, with all its time, once a list has shown it again', async () => {
    stage.litellm.addByHand('by-hand', { publicName: 'one' });
    const row = stage.litellm.database.get('by-hand');
    await stage.registry.refresh();
    const gone = async () => {
      stage.litellm.database.delete('by-hand');
      stage.litellm.reload();
      await stage.registry.refresh();
    };
    await gone();
    stage.litellm.addByHand('by-hand', { ...row });
    await stage.registry.refresh();
    expect(stage.registry.underName('one')).toMatchObject([{ live: true }]);
    stage.now += SETTLE_MS;
    await gone();
    expect(stage.registry.underName('one')).toMatchObject([{ live: false }]);
  });

  it('forgets a row of ours that a list misses at once: it is made again', async () => {
    const { id } = await stage.register();
    stage.now += SETTLE_MS;
    stage.litellm.database.delete(id);
    stage.litellm.reload();
    await stage.registry.refresh();
    expect(stage.registry.owned()).toEqual([]);
  });

  it('is kept where a list fails', async () => {
    await stage.register();
    stage.litellm.fail('list', 'database-down');
    expect(await failureOf(stage.registry.refresh())).toMatchObject({ code: 'database-down' });
    expect(stage.registry.recordsOf(SOURCE)).toHaveLength(1);
  });
});

describe('a row that a list misses', () => {
  it('is asked for in the database first: it may just not be loaded', async () => {
    await stage.register();
    stage.now += SETTLE_MS;
    stage.litellm.unservable.add(entry().id);
    stage.litellm.reload();
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE)).toEqual([]);
    stage.litellm.calls.length = 0;
    await stage.registry.apply(creation(entry()));
    expect(stage.litellm.calls).toEqual([`update ${entry().id}`]);
  });

  it('is made again where the database has lost it', async () => {
    const { id } = await stage.register();
    stage.litellm.database.clear();
    stage.litellm.reload();
    await stage.registry.refresh();
    stage.litellm.calls.length = 0;
    expect(await stage.registry.apply(creation(entry()))).toMatchObject({ result: 'live' });
    expect(stage.litellm.calls).toEqual([`update ${id}`, `create ${id}`]);
  });

  it('is asked for as the last of its rows, and keeps since when it has its name: there is no second one beside it', async () => {
    await stage.register({ generation: 2, since: T0 - 5_000 });
    const { id } = entry({ generation: 2 });
    stage.now += SETTLE_MS;
    stage.litellm.unservable.add(id);
    stage.litellm.reload();
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE)).toEqual([]);
    stage.litellm.calls.length = 0;
    stage.litellm.unservable.clear();
    await stage.registry.apply(creation(entry()));
    expect(stage.litellm.calls).toEqual([`update ${id}`]);
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([
      { id, stamp: { generation: 2, since: new Date(T0 - 5_000).toISOString() } },
    ]);
  });

  it('is asked for as the last of its rows by another process too, once the name was looked up', async () => {
    await stage.register({ generation: 2 });
    stage.litellm.lag();
    stage.registry = stage.restart();
    await stage.registry.lookUp(entry().publicName, SOURCE);
    stage.litellm.calls.length = 0;
    await stage.registry.apply(creation(entry()));
    expect(stage.litellm.calls).toEqual([`update ${entry({ generation: 2 }).id}`]);
  });

  it('is let in again where we had blocked it: it is made because its object serves', async () => {
    const made = await stage.register();
    const stamp = { ...made.stamp, blockedByUs: true };
    const mark = { ...made, params: {}, info: {}, stamp };
    const [record] = stage.registry.recordsOf(SOURCE);
    if (!record) throw new Error('no row');
    await stage.registry.apply({ kind: 'update', record, entry: mark, fields: [], blocked: true });
    expect(stage.litellm.database.get(made.id)).toMatchObject({ blocked: true });
    stage.now += SETTLE_MS;
    stage.litellm.unservable.add(made.id);
    stage.litellm.reload();
    await stage.registry.refresh();
    await stage.registry.apply(creation(entry()));
    expect(stage.litellm.database.get(made.id)).toMatchObject({ blocked: false });
  });

  it('is just made, once the database has said that it is gone: it is not asked a second time', async () => {
    const { id } = await stage.register();
    stage.now += SETTLE_MS;
    stage.litellm.database.clear();
    stage.litellm.reload();
    await stage.registry.refresh();
    stage.litellm.fail('create', 'unreachable');
    await failureOf(stage.registry.apply(creation(entry())));
    stage.litellm.calls.length = 0;
    await stage.registry.apply(creation(entry()));
    expect(stage.litellm.calls).toEqual([`create ${id}`]);
  });

  it('is just made where we deleted it ourselves', async () => {
    const { id } = await stage.register();
    await stage.remove(id);
    stage.litellm.calls.length = 0;
    await stage.registry.apply(creation(entry()));
    expect(stage.litellm.calls).toEqual([`create ${id}`]);
  });
});

describe('a list that lags', () => {
  it('does not undo what was written', async () => {
    const { id } = await stage.register(tokens(1));
    stage.litellm.lag();
    await stage.update(tokens(2));
    await stage.registry.apply(creation(entry({ registration: registration('second') })));
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([
      { id, info: { max_tokens: 2 } },
      { publicName: 'second', live: true },
    ]);
    await stage.remove(id);
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([{ publicName: 'second' }]);
  });

  it('does not undo what a list before it showed while it was being written', async () => {
    await stage.register(tokens(1));
    const { client } = stage.litellm;
    const before = await client.list();
    let lags = false;
    const registry = createRegistry({
      client: {
        ...client,
        list: async () => (lags ? before : client.list()),
        async update(...call) {
          const updated = await client.update(...call);
          await registry.refresh();
          return updated;
        },
      },
      owner: OWNER,
      settleMs: SETTLE_MS,
      now: () => stage.now,
    });
    await registry.refresh();
    const [record] = registry.recordsOf(SOURCE);
    if (!record) throw new Error('no row');
    await registry.apply({ kind: 'update', record, entry: entry(tokens(2)), fields: [] });
    lags = true;
    await registry.refresh();
    expect(registry.recordsOf(SOURCE)).toMatchObject([{ info: { max_tokens: 2 } }]);
  });

  it('is believed when the time is up', async () => {
    await stage.register(tokens(1));
    stage.litellm.lag();
    await stage.update(tokens(2));
    stage.now += SETTLE_MS;
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([{ info: { max_tokens: 1 } }]);
  });

  it('is not taken for one where it shows an edit', async () => {
    const { id } = await stage.register(tokens(1));
    await stage.update(tokens(2));
    const row = stage.litellm.database.get(id);
    stage.litellm.addByHand(id, { ...row, params: { ...row?.params, api_base: 'http://elsewhere' } });
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([{ params: { api_base: 'http://elsewhere' } }]);
  });
});
