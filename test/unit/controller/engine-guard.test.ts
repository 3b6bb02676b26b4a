import { beforeEach, describe, expect, it } from 'vitest';
import { entry, registration, SOURCE } from '../registration/builders.ts';
import { keyOf, object, serving } from './builders.ts';
import { createStage, type Stage } from './stage.ts';

let stage: Stage;

beforeEach(() => {
  stage = createStage();
});

const named = (number: number) => object({ name: `m-${number}`, uid: `uid-${number}` });
const keyOfNumber = (number: number): string => keyOf(named(number));

/** Rows of an earlier process, whose objects are not there. */
async function rowsOfBefore(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const source = { ...SOURCE, name: `m-${number}` };
    const { id, params, info, stamp } = entry({ source, uid: `uid-${number}` });
    const mark = JSON.parse(JSON.stringify(stamp));
    const publicName = `m-${number}`;
    stage.litellm.addByHand(id, { publicName, params, info: { ...info, model_registrar: mark } });
  }
  await stage.engine.refresh();
}

const reconcile = (number: number) => stage.engine.reconcile(keyOfNumber(number), 'bulk');

describe('what is inferred to be gone', () => {
  it('is not taken out before it was judged', async () => {
    await rowsOfBefore(2);
    expect(await reconcile(0)).toMatchObject({ unjudged: true, applied: [], decision: { state: 'held' } });
    expect(await stage.engine.judge()).toMatchObject({ held: false });
    expect((await reconcile(0))?.applied).toMatchObject([{ result: 'deleted' }]);
  });

  it('is held where it is too much, as one set', async () => {
    await rowsOfBefore(6);
    expect(await stage.engine.judge()).toMatchObject({ held: true, owned: 6, share: 1 });
    for (let number = 0; number < 6; number += 1) {
      const outcome = await reconcile(number);
      expect(outcome).toMatchObject({ applied: [], decision: { state: 'held' } });
      expect(outcome?.unjudged).toBeUndefined();
      expect(stage.engine.consider(keyOfNumber(number))).toMatchObject({ state: 'held', plan: { changes: [] } });
    }
    expect(stage.names()).toHaveLength(6);
  });

  it('does not go in parts: what went a short while ago counts', async () => {
    await rowsOfBefore(10);
    for (let number = 4; number < 10; number += 1) stage.put(named(number));
    expect(await stage.engine.judge()).toMatchObject({ held: false, share: 0.4 });
    for (const number of [0, 1, 2, 3]) await reconcile(number);
    expect(stage.names()).toHaveLength(6);
    for (const number of [4, 5, 6, 7]) stage.vanish(named(number));
    expect(await stage.engine.judge()).toMatchObject({ held: true, share: 0.8 });
    stage.clock.now += 600_000;
    expect(await stage.engine.judge()).toMatchObject({ held: true, share: 4 / 6 });
  });

  it('is no longer held when it is there again', async () => {
    await rowsOfBefore(6);
    expect((await stage.engine.judge()).held).toBe(true);
    for (let number = 0; number < 6; number += 1) stage.put(named(number));
    expect(await stage.engine.judge()).toMatchObject({ held: false, takeOuts: [] });
  });

  it('stays held, whatever comes beside it and whatever of it is there again', async () => {
    await rowsOfBefore(6);
    expect((await stage.engine.judge()).held).toBe(true);
    for (let number = 0; number < 4; number += 1) stage.put(named(number));
    expect(await stage.engine.judge()).toMatchObject({ held: true, takeOuts: { length: 2 } });
    await rowsOfBefore(20);
    for (let number = 6; number < 20; number += 1) stage.put(named(number));
    expect(await stage.engine.judge()).toMatchObject({ held: true, share: 0.1 });
    expect((await reconcile(5))?.applied).toEqual([]);
  });

  it('stays held while it cannot be looked for', async () => {
    await rowsOfBefore(6);
    expect((await stage.engine.judge()).held).toBe(true);
    stage.cache.state = 'failing';
    expect(await stage.engine.judge()).toMatchObject({ held: false, takeOuts: [] });
    await rowsOfBefore(20);
    for (let number = 6; number < 20; number += 1) stage.put(named(number));
    stage.cache.state = 'synced';
    expect(await stage.engine.judge()).toMatchObject({ held: true, takeOuts: { length: 6 } });
  });

  it('stays held though a list misses all rows for once', async () => {
    await rowsOfBefore(6);
    expect((await stage.engine.judge()).held).toBe(true);
    const rows = [...stage.litellm.database];
    stage.litellm.database.clear();
    stage.litellm.reload();
    await stage.engine.refresh();
    expect(await stage.engine.judge()).toMatchObject({ held: false, takeOuts: [] });
    for (const [id, row] of rows) stage.litellm.database.set(id, row);
    await rowsOfBefore(20);
    stage.litellm.reload();
    for (let number = 6; number < 20; number += 1) stage.put(named(number));
    await stage.engine.refresh();
    expect(await stage.engine.judge()).toMatchObject({ held: true, takeOuts: { length: 6 } });
  });

  it('what was seen to go is not held because a list missed its row for once', async () => {
    await rowsOfBefore(6);
    for (let number = 0; number < 6; number += 1) stage.put(named(number));
    for (let number = 0; number < 6; number += 1) stage.remove(named(number));
    const rows = [...stage.litellm.database];
    stage.litellm.database.clear();
    await stage.engine.refresh();
    await stage.engine.judge();
    for (const [id, row] of rows) stage.litellm.database.set(id, row);
    await stage.engine.refresh();
    expect(await stage.engine.judge()).toMatchObject({ held: false, takeOuts: [] });
  });

  it('a source that cannot be read infers nothing', async () => {
    await rowsOfBefore(6);
    stage.cache.state = 'forbidden';
    expect(await stage.engine.judge()).toMatchObject({ held: false, takeOuts: [], owned: 6 });
    expect(await reconcile(0)).toBeUndefined();
  });
});

describe('what was seen to go', () => {
  it('is never held', async () => {
    for (let number = 0; number < 6; number += 1) {
      const one = named(number);
      stage.put({ ...one, projection: serving([registration(`m-${number}`)]) });
      await reconcile(number);
    }
    expect(stage.names()).toHaveLength(6);
    for (let number = 0; number < 6; number += 1) {
      stage.remove(named(number));
      expect((await reconcile(number))?.applied).toMatchObject([{ result: 'deleted' }]);
    }
    expect(stage.names()).toEqual([]);
  });
});

describe('what an administrator took out of his list with `retain`, and lists again', () => {
  /** Objects that are registered with `retain`, were seen to be taken out, and whose rows stayed. */
  async function retained(count: number): Promise<void> {
    const projection = (number: number) => serving([registration(`m-${number}`, { retain: true })]);
    for (let number = 0; number < count; number += 1)
      stage.put(object({ name: `m-${number}`, uid: `uid-${number}`, projection: projection(number) }));
    for (let number = 0; number < count; number += 1) await reconcile(number);
    Object.assign(stage.cache, { isDelisted: true });
    for (let number = 0; number < count; number += 1) stage.remove(named(number));
    for (let number = 0; number < count; number += 1)
      expect(await reconcile(number)).toMatchObject({
        applied: [],
        decision: { state: 'held', plan: { changes: [] } },
      });
    Object.assign(stage.cache, { isDelisted: undefined });
  }

  it('is not known for certain while it is looked at anew, and judged like anything else that is not there afterwards', async () => {
    await retained(6);
    Object.assign(stage.cache, { isFresh: true, state: 'starting' });
    for (let number = 0; number < 6; number += 1) expect(await reconcile(number)).toBeUndefined();
    // That it was seen to go before says nothing by now.
    Object.assign(stage.cache, { isFresh: false, state: 'synced' });
    expect(await stage.engine.judge()).toMatchObject({ held: true, owned: 6, share: 1 });
    for (let number = 0; number < 6; number += 1)
      expect(await reconcile(number)).toMatchObject({ applied: [], decision: { state: 'held' } });
    expect(stage.names()).toHaveLength(6);
  });
});
