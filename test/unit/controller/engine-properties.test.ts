import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onePass } from '../../../src/controller/pass.ts';
import { entryId, splitId } from '../../../src/registration/identity.ts';
import { parseSourceKey } from '../../../src/registration/registration.ts';
import { readStamp } from '../../../src/registration/stamp.ts';
import { OWNER, SETTLE_MS } from '../registration/builders.ts';
import { COOLDOWN_MS } from './builders.ts';
import { openPlay, type Play, type Step, step, take } from './play.ts';

const life = fc.array(step, { minLength: 10, maxLength: 50 });

function inEveryLife(numRuns: number, each: (play: Play, steps: Step[]) => Promise<void>): Promise<void> {
  return fc.assert(
    fc.asyncProperty(life, async (steps) => {
      const play = openPlay();
      await each(play, steps);
    }),
    { numRuns },
  );
}

/** What LiteLLM holds, without when it was written. */
function rowsOf({ stage }: Play): unknown {
  const rows = [...stage.litellm.database].sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.parse(JSON.stringify(rows, (key, value: unknown) => (key === 'created' ? undefined : value)));
}

async function settle(play: Play): Promise<void> {
  const { stage } = play;
  play.nextDoesNotLoad = false;
  stage.litellm.reload();
  for (let round = 0; round < 8; round += 1) {
    stage.clock.now += COOLDOWN_MS + SETTLE_MS;
    await stage.engine.refresh().catch(() => undefined);
    await onePass({ engine: stage.engine, patienceMs: 0, tell: () => undefined, gate: stage.gate, awayMs: 0 });
  }
}

test('whatever happens, no single write touches a row of others, or takes the last live row of a name from an object that serves it', async () => {
  await inEveryLife(400, async (play, steps) => {
    for (const one of steps) {
      await take(play, one);
      expect(play.wrongs).toEqual([]);
    }
    await settle(play);
    expect(play.wrongs).toEqual([]);
  });
}, 60_000);

test('once all is settled, the plan of every object is empty, and a row stands under the id of its registration alone', async () => {
  await inEveryLife(200, async (play, steps) => {
    // Where somebody made a row of ours his own, its object waits, with a Warning, until it is settled between people.
    for (const one of steps) if (one.what !== 'unmark') await take(play, one);
    play.stage.litellm.unservable.clear();
    await settle(play);
    const { engine, litellm } = play.stage;
    litellm.calls.length = 0;
    for (const key of engine.keys()) expect(engine.consider(key)?.plan.changes, key).toEqual([]);
    await engine.refresh();
    for (const key of engine.keys()) expect((await engine.reconcile(key, 'bulk'))?.applied).toEqual([]);
    expect(litellm.calls).toEqual(['list']);
    const bases = new Set<string>();
    for (const [id, { publicName, info }] of litellm.database) {
      const stamp = readStamp(info);
      const source = stamp && parseSourceKey(stamp.source);
      if (!source || stamp.owner !== OWNER) continue;
      const { base } = splitId(id);
      // What is held keeps all that is there.
      const object = play.living.get(`${source.namespace}/${source.name}`);
      if (object?.projection.state !== 'serve' || object.projection.rollingOut) continue;
      if (!object.projection.names.includes(publicName)) continue;
      expect(base).toBe(entryId({ owner: OWNER, source, uid: stamp.uid, publicName }));
      expect(bases, 'two rows of one registration').not.toContain(base);
      bases.add(base);
    }
  });
}, 60_000);

test('a plan that is carried out twice comes to what it comes to once', async () => {
  await inEveryLife(200, async (play, steps) => {
    const { engine, registry } = play.stage;
    for (const one of steps) {
      if (one.what === 'fail') continue;
      await take(play, one);
      if (one.what !== 'put') continue;
      for (const key of engine.keys()) {
        const changes = engine.consider(key)?.plan.changes ?? [];
        for (const change of changes) await registry.apply(change).catch(() => undefined);
        const once = rowsOf(play);
        for (const change of changes) await registry.apply(change).catch(() => undefined);
        expect(rowsOf(play)).toEqual(once);
      }
    }
  });
}, 60_000);
