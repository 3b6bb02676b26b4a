import { beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/controller/engine.ts';
import type { ObjectCache } from '../../../src/controller/source-view.ts';
import { KubernetesError } from '../../../src/kubernetes/index.ts';
import { failureOf } from '../litellm/builders.ts';
import { entry, inShort, registration, row, SETTLE_MS, SOURCE, UID } from '../registration/builders.ts';
import { KEY, keyOf, object, serving, type TestObject } from './builders.ts';
import { createStage, type Stage } from './stage.ts';

const { id } = entry();
const inB = (more: Partial<TestObject> = {}): TestObject => object({ namespace: 'b', uid: 'uid-b', ...more });

let stage: Stage;

beforeEach(() => {
  stage = createStage();
});

/** Reconciles an object of which something can be known, and forgets the calls before. */
async function reconcile(one: TestObject = object()): Promise<Outcome> {
  stage.litellm.calls.length = 0;
  const outcome = await stage.engine.reconcile(keyOf(one), 'prompt');
  if (!outcome) throw new Error('nothing is known');
  return outcome;
}

/** An object that is registered. */
async function registered(one: TestObject = object()): Promise<TestObject> {
  stage.put(one);
  expect((await reconcile(one)).error).toBeUndefined();
  stage.litellm.calls.length = 0;
  return one;
}

describe('keys', () => {
  it('are those of objects, and of rows of ours whose object may be gone', async () => {
    await registered(inB());
    stage.remove(inB());
    stage.put(object());
    stage.litellm.addByHand('by-hand', { publicName: 'x' });
    await stage.engine.refresh();
    expect(stage.engine.keys()).toEqual([KEY, keyOf(inB())]);
  });
});

describe('consider', () => {
  it.each(['nonsense', 'service/llm/qwen', 'inference-service/llm'])('knows nothing of %s', (key) => {
    expect(stage.engine.consider(key)).toBeUndefined();
  });

  it('knows nothing of a namespace that is not looked after, whatever rows there are', async () => {
    await registered(inB());
    const narrow = createStage({ namespaces: ['llm'] });
    narrow.litellm.addByHand(id, stage.litellm.database.values().next().value ?? {});
    await narrow.engine.refresh();
    expect(narrow.engine.keys()).toEqual([keyOf(inB())]);
    expect(narrow.engine.consider(keyOf(inB()))).toBeUndefined();
    expect(await narrow.engine.reconcile(keyOf(inB()), 'bulk')).toBeUndefined();
    expect(narrow.names()).toEqual(['qwen']);
  });

  it.each<ObjectCache['state']>(['starting', 'absent', 'forbidden', 'failing'])(
    'takes no absence for a deletion while the source is %s',
    async (state) => {
      stage.vanish(await registered());
      stage.cache.state = state;
      expect(await stage.engine.judge()).toMatchObject({ takeOuts: [] });
      expect(stage.engine.consider(KEY)).toBeUndefined();
      expect(await stage.engine.reconcile(KEY, 'prompt')).toBeUndefined();
      expect(stage.litellm.calls).toEqual([]);
      stage.cache.state = 'synced';
      await stage.engine.judge();
      expect(inShort(stage.engine.consider(KEY)?.plan ?? { changes: [] })).toEqual([`delete ${id} withdrawn`]);
    },
  );

  it('with its CRD an object goes that was seen to go, though nobody can be asked for it', async () => {
    stage.remove(await registered());
    stage.cache.state = 'absent';
    stage.cache.behind.set('llm/qwen', new KubernetesError('not-found', 'no such kind'));
    expect((await reconcile()).applied).toMatchObject([{ result: 'deleted' }]);
  });

  it('goes on with what was known last of an object, though the source fails', async () => {
    stage.put(object());
    stage.cache.state = 'failing';
    expect((await reconcile()).applied).toMatchObject([{ result: 'live' }]);
  });
});

describe('reconcile', () => {
  it('looks the name up, registers, and tells how things are then', async () => {
    stage.put(object());
    const outcome = await reconcile();
    expect(stage.litellm.calls).toEqual(['findByName qwen', 'findById qwen', `create ${id}`]);
    expect(outcome).toMatchObject({
      key: KEY,
      gated: false,
      applied: [{ change: { kind: 'create' }, result: 'live' }],
      decision: { state: 'live', plan: { changes: [] } },
    });
    expect(outcome).not.toHaveProperty('error');
  });

  it('calls nobody where nothing is to be done', async () => {
    await registered();
    expect(await reconcile()).toMatchObject({ applied: [], decision: { state: 'live' } });
    expect(stage.litellm.calls).toEqual([]);
    expect(stage.cache.fetched).toEqual([]);
  });

  it('takes no name whose row no list shows yet', async () => {
    stage.litellm.lag();
    stage.litellm.addByHand('by-hand', { publicName: 'qwen' });
    stage.put(object());
    const outcome = await reconcile();
    expect(stage.litellm.calls).toEqual(['findByName qwen', 'findById qwen']);
    expect(outcome).toMatchObject({
      applied: [],
      decision: { state: 'conflict', problems: [{ reason: 'NameConflict' }] },
    });
  });

  it('takes no name that cannot be looked up', async () => {
    stage.put(object());
    stage.litellm.fail('findByName', 'database-down');
    expect(await reconcile()).toMatchObject({ applied: [], error: { code: 'database-down' } });
    expect(stage.names()).toEqual([]);
  });

  it('looks no name up that has a row of ours', async () => {
    await registered();
    const sibling = object({ name: 'sibling', uid: 'uid-s' });
    stage.put(sibling);
    await reconcile(sibling);
    expect(stage.litellm.calls).toEqual([
      `create ${entry({ source: { ...SOURCE, name: 'sibling' }, uid: 'uid-s' }).id}`,
    ]);
  });

  it('tells in the end when to look again: a superseded row is due', async () => {
    await registered(object({ projection: serving([registration('qwen', { info: { notes: 'x' } })]) }));
    stage.put(object());
    const outcome = await reconcile();
    expect(outcome).toMatchObject({ applied: [{ change: { kind: 'replace' } }], decision: { plan: { changes: [] } } });
    expect(outcome.decision.plan.dueAt).toBe(stage.clock.now + SETTLE_MS);
    stage.clock.now += SETTLE_MS;
    await reconcile();
    expect(stage.litellm.calls).toEqual([`findById ${id}.2`, `remove ${id}`]);
    expect(stage.cache.fetched).toEqual([]);
  });

  it('stops an object’s changes at the first that fails, and leaves other objects alone', async () => {
    stage.put(object({ projection: serving([registration('a'), registration('b'), registration('c')]) }));
    stage.litellm.fail('create', 'rejected');
    const outcome = await reconcile();
    expect(outcome).toMatchObject({
      applied: [],
      error: { code: 'rejected' },
      gated: false,
      decision: { state: 'down' },
    });
    expect(stage.litellm.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
    stage.put(inB());
    expect(await reconcile(inB())).toMatchObject({ applied: [{ result: 'live' }] });
  });
});

describe('before a model is taken out', () => {
  it('the object is read once more, and the row goes where it is gone', async () => {
    const one = await registered();
    stage.remove(one);
    const outcome = await reconcile();
    expect(stage.cache.fetched).toEqual(['llm/qwen']);
    expect(stage.litellm.calls).toEqual([`remove ${id}`]);
    expect(outcome.decision).toMatchObject({ uid: UID, state: 'none', why: 'the object was deleted' });
  });

  it('the row goes of an object that was seen to go, though it was taken for one that the selector leaves out', async () => {
    const one = await registered();
    stage.remove(one);
    Object.assign(stage.cache, { isUnselected: () => true });
    expect((await reconcile()).applied).toMatchObject([{ result: 'deleted' }]);
  });

  it('nothing goes where the object is there after all', async () => {
    const one = await registered();
    stage.remove(one);
    stage.cache.behind.set('llm/qwen', one);
    expect(await reconcile()).toMatchObject({ applied: [], decision: { state: 'live' } });
    expect([stage.litellm.calls, stage.names()]).toEqual([[], ['qwen']]);
  });

  it('nothing goes where the API server cannot tell', async () => {
    const one = await registered();
    stage.remove(one);
    stage.cache.behind.set('llm/qwen', new Error('unreachable'));
    expect(await reconcile()).toMatchObject({ applied: [], error: { message: 'unreachable' }, gated: false });
    expect(stage.litellm.calls).toEqual([]);
    expect(stage.gate.waitMs()).toBe(0);
  });

  it('nothing goes where the object lives and is not looked after: another process may', async () => {
    const one = await registered();
    stage.remove(one);
    stage.cache.behind.set('llm/qwen', 'unselected');
    const outcome = await reconcile();
    expect(outcome).toMatchObject({
      applied: [],
      decision: { plan: { changes: [] }, why: 'it does not match --selector' },
    });
    expect(stage.names()).toEqual(['qwen']);
  });

  it('a name that only the object as it is now wants is looked up before it is taken', async () => {
    const one = await registered();
    stage.remove(one);
    stage.litellm.lag();
    stage.litellm.addByHand('by-hand', { publicName: 'new' });
    stage.cache.behind.set('llm/qwen', object({ projection: serving([registration('new')]) }));
    const outcome = await reconcile();
    expect(stage.litellm.calls).toEqual(['findByName new', 'findById new']);
    expect(outcome).toMatchObject({ applied: [], decision: { problems: [{ reason: 'NameConflict' }] } });
  });

  it('only what is dead goes where the object was made again', async () => {
    const one = await registered();
    stage.remove(one);
    stage.cache.behind.set('llm/qwen', object({ uid: 'uid-2' }));
    const outcome = await reconcile();
    expect(outcome.applied).toMatchObject([{ change: { kind: 'create', why: 'recreated' }, result: 'live' }]);
    expect(stage.names()).toEqual(['qwen', 'qwen']);
  });

  it('the object is read once more for a stop and a rename too', async () => {
    await registered();
    stage.put(object({ projection: serving([registration('new')]) }));
    await reconcile();
    expect(stage.names()).toEqual(['new']);
    stage.put(object({ projection: { state: 'withdraw', names: ['new'], why: 'it was stopped' } }));
    expect((await reconcile()).decision.why).toBe('it was stopped');
    expect(stage.cache.fetched).toEqual(['llm/qwen', 'llm/qwen']);
    expect(stage.names()).toEqual([]);
  });
});

describe('a dry run', () => {
  it('decides, and calls nobody', async () => {
    stage = createStage({ dryRun: true });
    stage.put(object());
    const outcome = await reconcile();
    expect(inShort(outcome.decision.plan)).toEqual([`create ${id} new`]);
    expect(outcome).toMatchObject({ applied: [], gated: false });
    expect(stage.litellm.calls).toEqual([]);
  });

  it('can be verified: names are looked up, objects read', async () => {
    stage = createStage({ dryRun: true });
    stage.litellm.lag();
    stage.litellm.addByHand('by-hand', { publicName: 'qwen' });
    stage.put(object());
    expect(await stage.engine.verify(KEY)).toMatchObject({ state: 'conflict' });
    expect(await stage.engine.verify('service/llm/qwen')).toBeUndefined();
  });
});

describe('refresh', () => {
  it('fails as LiteLLM does', async () => {
    stage.litellm.fail('list', 'timeout');
    expect(await failureOf(stage.engine.refresh())).toMatchObject({ code: 'timeout' });
  });

  it('shows rows of before, which are cleaned up where their object is gone', async () => {
    const { params, info, stamp } = entry({ uid: 'uid-0' });
    const lost = row({ uid: 'uid-0' }).id;
    stage.litellm.addByHand(lost, {
      publicName: 'qwen',
      params,
      info: { ...info, model_registrar: JSON.parse(JSON.stringify(stamp)) },
    });
    await stage.engine.refresh();
    await stage.engine.judge();
    expect((await reconcile()).applied).toMatchObject([
      { change: { kind: 'delete', why: 'withdrawn' }, result: 'deleted' },
    ]);
  });
});
