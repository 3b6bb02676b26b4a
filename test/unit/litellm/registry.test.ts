import { beforeEach, describe, expect, it } from 'vitest';
import { entry, SOURCE } from '../registration/builders.ts';
import { failureOf } from './builders.ts';
import { creation, tokens, useRegistry } from './registry-stage.ts';

const stage = useRegistry();

describe('creating', () => {
  it('takes one call, and is known at once', async () => {
    expect(await stage.registry.apply(creation(entry()))).toMatchObject({ result: 'live' });
    expect(stage.litellm.calls).toEqual([`create ${entry().id}`]);
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([
      { id: entry().id, live: true, stored: true, blocked: false },
    ]);
  });

  it('finds a row that another process made, and that no list shows yet', async () => {
    stage.litellm.lag();
    await stage.restart().apply(creation(entry(tokens(1))));
    stage.litellm.calls.length = 0;
    await stage.registry.refresh();
    expect(await stage.registry.apply(creation(entry(tokens(2))))).toMatchObject({ result: 'live' });
    const { id } = entry();
    expect(stage.litellm.calls).toEqual(['list', `create ${id}`, `findById ${id}`, `update ${id}`]);
    expect([...stage.litellm.database]).toMatchObject([[id, { info: { max_tokens: 2 } }]]);
  });

  it('makes no second row where the answer was lost', async () => {
    stage.litellm.fail('create', 'timeout', 'after');
    expect(await failureOf(stage.registry.apply(creation(entry())))).toMatchObject({ code: 'timeout' });
    expect(stage.registry.recordsOf(SOURCE)).toEqual([]);
    expect(await stage.registry.apply(creation(entry()))).toMatchObject({ result: 'live' });
    expect(stage.litellm.database.size).toBe(1);
  });

  it('fails with a lost database, and notes nothing', async () => {
    stage.litellm.fail('create', 'create-failed');
    stage.litellm.fail('update', 'server-error');
    expect(await failureOf(stage.registry.apply(creation(entry())))).toMatchObject({ code: 'server-error' });
    stage.litellm.fail('create', 'create-failed');
    expect(await failureOf(stage.registry.apply(creation(entry())))).toMatchObject({ code: 'create-failed' });
    expect(stage.registry.owned()).toEqual([]);
  });

  it.each(['rejected', 'forbidden', 'unreachable'] as const)('tries nothing else on %s', async (code) => {
    stage.litellm.fail('create', code);
    expect(await failureOf(stage.registry.apply(creation(entry())))).toMatchObject({ code });
    expect(stage.litellm.calls).toEqual([`create ${entry().id}`]);
  });
});

describe('updating', () => {
  it('takes one call, and leaves what others set', async () => {
    const { id } = await stage.register(tokens(1));
    stage.litellm.addByHand(id, { ...stage.litellm.database.get(id), blocked: true });
    await stage.registry.refresh();
    stage.litellm.calls.length = 0;
    expect(await stage.update(tokens(2))).toMatchObject({ result: 'live' });
    expect(stage.litellm.calls).toEqual([`update ${id}`]);
    expect(stage.litellm.lastBody).not.toHaveProperty('blocked');
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([{ info: { max_tokens: 2 }, blocked: true }]);
  });

  it('makes a row that was deleted by hand a moment ago', async () => {
    const { id } = await stage.register(tokens(1));
    stage.litellm.database.clear();
    expect(await stage.update(tokens(2))).toMatchObject({ result: 'live' });
    expect(stage.litellm.calls).toEqual([`update ${id}`, `create ${id}`]);
  });

  it('leaves what is known as it was where it fails', async () => {
    await stage.register(tokens(1));
    stage.litellm.fail('update', 'server-error');
    expect(await failureOf(stage.update(tokens(2)))).toMatchObject({ code: 'server-error' });
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([{ info: { max_tokens: 1 } }]);
  });
});

describe('a row that is saved, and not live', () => {
  beforeEach(() => stage.litellm.unservable.add(entry().id));

  it('is told, and known as such while lists lack it', async () => {
    expect(await stage.registry.apply(creation(entry()))).toMatchObject({ result: 'saved' });
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([{ live: false }]);
  });

  it('is live as soon as a list shows it', async () => {
    await stage.registry.apply(creation(entry()));
    stage.litellm.unservable.clear();
    stage.litellm.reload();
    await stage.registry.refresh();
    expect(stage.registry.recordsOf(SOURCE)).toMatchObject([{ live: true }]);
  });
});

describe('deleting', () => {
  it('takes one call, and is known at once', async () => {
    const { id } = await stage.register();
    expect(await stage.remove(id)).toMatchObject({ result: 'deleted' });
    expect(stage.litellm.calls).toEqual([`remove ${id}`]);
    expect([stage.registry.recordsOf(SOURCE), stage.litellm.database.size]).toEqual([[], 0]);
  });

  it('is done where the row is gone already', async () => {
    const { id } = await stage.register();
    stage.litellm.database.clear();
    expect(await stage.remove(id)).toMatchObject({ result: 'deleted' });
  });

  it('leaves the row known where it fails', async () => {
    const { id } = await stage.register();
    stage.litellm.fail('remove', 'server-error');
    expect(await failureOf(stage.remove(id))).toMatchObject({ code: 'server-error' });
    expect(stage.registry.recordsOf(SOURCE)).toHaveLength(1);
  });

  it('waits until what takes its place is there and serves', async () => {
    const { id } = await stage.register();
    const next = entry({ generation: 2 });
    expect(await stage.remove(id, [next.id])).toMatchObject({ result: 'skipped' });
    stage.litellm.unservable.add(next.id);
    await stage.registry.apply(creation(next));
    expect(await stage.remove(id, [next.id])).toMatchObject({ result: 'skipped' });
    expect(stage.litellm.calls).toEqual([`create ${next.id}`]);
    stage.litellm.unservable.clear();
    stage.litellm.reload();
    await stage.registry.refresh();
    expect(await stage.remove(id, [next.id])).toMatchObject({ result: 'deleted' });
    expect([...stage.litellm.database.keys()]).toEqual([next.id]);
  });
});
