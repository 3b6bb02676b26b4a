import { beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/controller/engine.ts';
import { registration, SETTLE_MS } from '../registration/builders.ts';
import { COOLDOWN_MS, keyOf, object, PATIENCE_MS, serving, type TestObject } from './builders.ts';
import { createStage, type Stage } from './stage.ts';

const inB = (more: Partial<TestObject> = {}): TestObject => object({ namespace: 'b', uid: 'uid-b', ...more });

let stage: Stage;

beforeEach(() => {
  stage = createStage();
});

async function reconcile(one: TestObject = object()): Promise<Outcome> {
  const outcome = await stage.engine.reconcile(keyOf(one), 'prompt');
  if (!outcome) throw new Error('nothing is known');
  return outcome;
}

/** An object that is registered. */
async function registered(): Promise<TestObject> {
  stage.put(object());
  expect((await reconcile()).error).toBeUndefined();
  return object();
}

describe('names', () => {
  it('of two namespaces that want one at the same moment, that of the older object has it', async () => {
    const [younger, older] = [object(), inB({ createdAt: object().createdAt - 1 })];
    stage.put(younger);
    stage.put(older);
    const outcomes = await Promise.all([younger, older].map((one) => stage.engine.reconcile(keyOf(one), 'bulk')));
    expect(outcomes.map((outcome) => outcome?.decision.state)).toEqual(['conflict', 'live']);
    expect(stage.names()).toEqual(['qwen']);
  });

  it('are kept for who had them last: an object that is made again has its name, though another waited longer', async () => {
    const one = await registered();
    stage.put(inB());
    stage.remove(one);
    await reconcile();
    stage.clock.now += 5;
    expect(await reconcile(inB())).toMatchObject({
      applied: [],
      decision: { state: 'conflict', plan: { dueAt: stage.clock.now - 5 + COOLDOWN_MS } },
    });
    const again = object({ uid: 'uid-2', createdAt: stage.clock.now + 9 });
    stage.put(again);
    expect(await reconcile(again)).toMatchObject({ applied: [{ result: 'live' }] });
  });

  it('are kept for who had them under a row that no list has shown yet', async () => {
    const one = object();
    stage.put(one);
    stage.litellm.fail('create', 'server-error', 'after');
    expect((await reconcile(one)).error).toBeDefined();
    const older = inB({ createdAt: one.createdAt - 1 });
    stage.put(older);
    // The database has the row: that is found out before the other takes the name.
    expect(await reconcile(older)).toMatchObject({ decision: { state: 'conflict' } });
    stage.remove(one);
    await reconcile(one);
    expect(stage.names()).toEqual([]);
    expect(await reconcile(older)).toMatchObject({ applied: [], decision: { state: 'conflict' } });
  });

  it('are free when that time is up', async () => {
    const one = await registered();
    stage.put(inB());
    stage.remove(one);
    await reconcile();
    stage.clock.now += COOLDOWN_MS;
    expect(await reconcile(inB())).toMatchObject({ applied: [{ result: 'live' }] });
  });

  it('that become free go to an object whose served name was changed while it waited for them, with no further wait', async () => {
    const one = await registered();
    const projection = serving([registration('mine')]);
    stage.put(inB({ projection }));
    await reconcile(inB());
    const changed = serving([registration('qwen', { servedName: 'v2' })]);
    stage.put(inB({ resourceVersion: '2', projection: changed }));
    expect(await reconcile(inB())).toMatchObject({ applied: [], decision: { problems: [{ reason: 'NameConflict' }] } });
    stage.clock.now += PATIENCE_MS;
    expect(await reconcile(inB())).toMatchObject({ applied: [], decision: { state: 'conflict' } });
    stage.remove(one);
    await reconcile();
    stage.clock.now += COOLDOWN_MS;
    expect(await reconcile(inB())).toMatchObject({ applied: [{ result: 'live' }, { result: 'deleted' }] });
    expect(stage.names()).toEqual(['qwen']);
  });

  it('are kept for who lost a row outside of our doing, too', async () => {
    const one = await registered();
    stage.put(inB());
    stage.remove(one);
    stage.litellm.database.clear();
    stage.litellm.reload();
    // What was written a moment ago would be taken for a list that lags.
    stage.clock.now += SETTLE_MS;
    await stage.engine.refresh();
    expect(await reconcile(inB())).toMatchObject({ applied: [], decision: { state: 'conflict' } });
  });

  it('follow a row that another made: it is told beside ours, and left alone', async () => {
    await registered();
    stage.litellm.addByHand('by-hand', { publicName: 'qwen' });
    await stage.engine.refresh();
    expect(await reconcile()).toMatchObject({
      applied: [],
      decision: { state: 'live', problems: [{ reason: 'NameConflict' }] },
    });
    stage.remove(object());
    await reconcile();
    expect([...stage.litellm.database.keys()]).toEqual(['by-hand']);
  });
});
