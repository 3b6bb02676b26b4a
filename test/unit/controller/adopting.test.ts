import { beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/controller/engine.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { entry, registration, SETTLE_MS } from '../registration/builders.ts';
import { KEY, object, serving, type TestObject } from './builders.ts';
import { createStage, type Stage } from './stage.ts';

const { id } = entry();

let stage: Stage;
let adopting: Map<string, readonly ModelRecord[]>;

beforeEach(async () => {
  adopting = new Map();
  stage = createStage({ adopting });
  stage.litellm.addByHand('by-hand', { publicName: 'qwen' });
  await stage.engine.refresh();
});

/** From now on the object is looked at for this alone. */
function adopt(...ids: string[]): void {
  adopting.set(
    KEY,
    stage.registry.all().filter((row) => ids.includes(row.id)),
  );
}

async function reconcile(): Promise<Outcome> {
  const outcome = await stage.engine.reconcile(KEY, 'prompt');
  if (!outcome) throw new Error('nothing is known');
  return outcome;
}

const idsLeft = (): string[] => [...stage.litellm.database.keys()];

describe('an object that takes over rows', () => {
  it('is refused the name without that, and has it with: theirs holds nothing against it', async () => {
    stage.put(object());
    expect(await reconcile()).toMatchObject({ applied: [], decision: { state: 'conflict' } });
    adopt('by-hand');
    expect(await reconcile()).toMatchObject({
      applied: [{ result: 'live' }],
      decision: { state: 'live', problems: [], plan: { changes: [], dueAt: stage.clock.now + SETTLE_MS } },
    });
    expect(idsLeft()).toEqual(['by-hand', id]);
    stage.clock.now += SETTLE_MS;
    expect(await reconcile()).toMatchObject({ applied: [{ result: 'deleted' }], decision: { plan: { changes: [] } } });
    expect(idsLeft()).toEqual([id]);
  });

  it('is refused the name that a further row holds', async () => {
    stage.litellm.addByHand('by-hand-2', { publicName: 'qwen' });
    await stage.engine.refresh();
    stage.put(object());
    adopt('by-hand');
    expect(await reconcile()).toMatchObject({
      applied: [],
      decision: { problems: [{ message: expect.stringContaining('(by-hand-2)') }] },
    });
  });

  it('may have a name that is the id of the very row', async () => {
    stage.litellm.addByHand('same', { publicName: 'same' });
    await stage.engine.refresh();
    stage.put(object({ projection: serving([registration('same')]) }));
    expect((await reconcile()).decision.problems).toMatchObject([{ reason: 'InvalidAnnotation' }]);
    adopt('same');
    expect(await reconcile()).toMatchObject({ applied: [{ result: 'live' }], decision: { problems: [] } });
  });

  it.each<[string, (one: TestObject) => void]>([
    ['is gone', (one) => stage.remove(one)],
    ['was stopped', (one) => stage.put({ ...one, projection: { state: 'withdraw', names: ['qwen'], why: 'stopped' } })],
    ['has a dip', (one) => stage.put({ ...one, projection: { state: 'hold', names: ['qwen'], why: 'not Ready' } })],
    ['does not want the name any more', (one) => stage.put({ ...one, projection: serving([registration('other')]) })],
  ])('takes nothing out, neither theirs nor its own, once it %s', async (_case, change) => {
    stage.put(object());
    adopt('by-hand');
    await reconcile();
    change(object());
    stage.clock.now += SETTLE_MS;
    expect((await reconcile()).applied).toEqual([]);
    expect(idsLeft()).toEqual(['by-hand', id]);
  });

  it('is finished by another look where the first one was cut off', async () => {
    stage.put(object());
    adopt('by-hand');
    await reconcile();
    const again = createStage({ adopting, litellm: stage.litellm, clock: stage.clock });
    again.put(object());
    await again.engine.refresh();
    again.clock.now += SETTLE_MS;
    expect(await again.engine.reconcile(KEY, 'prompt')).toMatchObject({ applied: [{ result: 'deleted' }] });
    expect(idsLeft()).toEqual([id]);
  });

  it('is left as it was made by a controller that runs beside it, though both rows stand under the name: its weight stays', async () => {
    const weighty = object({ projection: serving([registration('qwen', { params: { weight: 2 } })]) });
    stage.put(weighty);
    adopt('by-hand');
    await reconcile();
    const controller = createStage({ litellm: stage.litellm, clock: stage.clock });
    controller.put(weighty);
    await controller.engine.refresh();
    expect(await controller.engine.reconcile(KEY, 'prompt')).toMatchObject({
      applied: [],
      decision: { problems: [{ reason: 'NameConflict' }], plan: { changes: [] } },
    });
    expect(stage.litellm.database.get(id)?.params).toMatchObject({ weight: 2 });
  });
});
