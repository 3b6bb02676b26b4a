import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onePass } from '../../../src/controller/pass.ts';
import { allowsName, createRights, type Rights } from '../../../src/registration/rights.ts';
import { registration, SETTLE_MS } from '../registration/builders.ts';
import { COOLDOWN_MS, keyOf, object, serving, type TestObject } from './builders.ts';
import { createStage, type Stage } from './stage.ts';

const NAMES = ['one', 'two'];
const NAMESPACES = ['a', 'b', 'c'];

/** What may happen between two turns of the controller. */
type Step =
  | { what: 'serve'; namespace: string; name: string }
  | { what: 'stop' | 'hold' | 'remove' | 'look'; namespace: string }
  | { what: 'add by hand' | 'delete by hand'; name: string }
  | { what: 'refresh' | 'lag' | 'reload' | 'empty list' | 'fail' }
  | { what: 'wait'; ms: number };

const namespace = fc.constantFrom(...NAMESPACES);
const name = fc.constantFrom(...NAMES);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('serve' as const), namespace, name }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('look' as const), namespace }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('stop' as const, 'hold', 'remove'), namespace }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('add by hand' as const, 'delete by hand'), name }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constantFrom('refresh' as const, 'lag', 'reload', 'empty list', 'fail') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.constantFrom(1, SETTLE_MS, COOLDOWN_MS) }),
  },
);

/** With weight: where a name is shared, it must not be seen. */
const WEIGHT = { weight: 5 };

/** The world of one controller, and what is remembered to judge it. */
interface Play {
  stage: Stage;
  living: Map<string, TestObject>;
  uids: number;
  byHand: Set<string>;
  /** By name: when a namespace was seen to hold it last. */
  heldAt: Map<string, { namespace: string; at: number }>;
}

const keyIn = (namespace: string): string => keyOf(object({ namespace, name: 'x' }));

async function take(play: Play, one: Step): Promise<void> {
  const { stage, living } = play;
  switch (one.what) {
    case 'serve': {
      play.uids += 1;
      const before = living.get(one.namespace);
      const uid = before?.uid ?? `uid-${play.uids}`;
      const createdAt = before?.createdAt ?? stage.clock.now;
      const projection = serving([registration(one.name, { params: { api_key: 'not-needed', ...WEIGHT } })]);
      const made = object({ namespace: one.namespace, name: 'x', uid, createdAt, projection });
      living.set(one.namespace, made);
      return stage.put(made);
    }
    case 'stop':
    case 'hold': {
      const before = living.get(one.namespace);
      if (!before) return;
      const state = one.what === 'stop' ? 'withdraw' : 'hold';
      const made = {
        ...before,
        projection: { names: before.projection.names, state, why: 'as the test has it' },
      } as const;
      living.set(one.namespace, made);
      return stage.put(made);
    }
    case 'remove': {
      const before = living.get(one.namespace);
      living.delete(one.namespace);
      return before && stage.remove(before);
    }
    case 'look':
      return void (await stage.engine.reconcile(keyIn(one.namespace), 'prompt'));
    case 'add by hand':
      play.byHand.add(stage.litellm.addByHand(`hand-${one.name}`, { publicName: one.name }));
      return;
    case 'delete by hand':
      stage.litellm.database.delete(`hand-${one.name}`);
      play.byHand.delete(`hand-${one.name}`);
      return;
    case 'refresh':
      return stage.engine.refresh().catch(() => undefined);
    case 'lag':
      return stage.litellm.lag();
    case 'reload':
      return stage.litellm.reload();
    case 'empty list': {
      // A replica that has just started shows nothing, and looks a name up in the database all the same.
      const rows = [...stage.litellm.database];
      stage.litellm.database.clear();
      stage.litellm.reload();
      stage.litellm.lag();
      for (const [id, row] of rows) stage.litellm.database.set(id, row);
      return stage.engine.refresh().catch(() => undefined);
    }
    case 'fail':
      return stage.litellm.fail('create', 'server-error', 'after');
    case 'wait':
      stage.clock.now += one.ms;
  }
}

/** Namespaces with rows of ours under a name, as the database has it. */
function holders({ litellm }: Stage, under: string): string[] {
  const own = [...litellm.database].filter(([id, row]) => row.publicName === under && !id.startsWith('hand-'));
  return [...new Set(own.map(([id]) => id.split('.')[0] ?? ''))];
}

/** A namespace, or for a name that some share, all of them. */
const partyOf = (rights: Rights | undefined, under: string, namespace: string): string =>
  NAMESPACES.find((one) => one === namespace || rights?.share(under, one, namespace)) ?? namespace;

function judge(play: Play): void {
  const { stage, heldAt, byHand } = play;
  const { rights } = stage.world.projection;
  const { now } = stage.clock;
  for (const id of byHand) {
    expect(stage.litellm.database.get(id), `${id} was touched`).toMatchObject({
      params: { model: 'bedrock/x' },
      info: {},
    });
  }
  for (const under of NAMES) {
    const held = holders(stage, under);
    for (const namespace of held)
      expect(mayHave(play, namespace, under), `${under} is not for ${namespace}`).toBe(true);
    for (const [id, { publicName, params }] of stage.litellm.database) {
      if (publicName !== under || !rights?.isShared(under, id.split('.')[0] ?? '')) continue;
      expect(params, `${id} says who gets the calls`).not.toHaveProperty('weight');
    }
    const [holder, ...others] = new Set(held.map((namespace) => partyOf(rights, under, namespace)));
    expect(others, `${under} is held by two namespaces`).toEqual([]);
    const before = heldAt.get(under);
    if (holder === undefined) continue;
    if (before && before.namespace !== holder) {
      expect(now - before.at, `${under} changed hands too early`).toBeGreaterThanOrEqual(COOLDOWN_MS);
    }
    heldAt.set(under, { namespace: holder, at: now });
  }
}

async function settle({ stage }: Play): Promise<void> {
  stage.litellm.reload();
  for (let round = 0; round < 6; round += 1) {
    stage.clock.now += COOLDOWN_MS + SETTLE_MS;
    await stage.engine.refresh();
    await onePass({ engine: stage.engine, patienceMs: 0, tell: () => undefined, gate: stage.gate, awayMs: 0 });
  }
}

/** "one" is shared by two of the three; "two" is not for the third. */
const RIGHTS = createRights(
  [{ namespace: 'c', publicNames: ['one'], accessGroups: [], params: [], info: [], credentials: [] }],
  [{ name: 'one', namespaces: ['a', 'b'] }],
);

test.each([
  { among: 'namespaces', rights: undefined },
  { among: 'namespaces that do not share it, where there are rights', rights: RIGHTS },
])(
  'whatever happens, a name never has rows of two $among, changes hands after the cool-down only, and rows of others stay as they are',
  async ({ rights }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const play: Play = {
          stage: createStage(rights && { rights }),
          living: new Map(),
          uids: 0,
          byHand: new Set(),
          heldAt: new Map(),
        };
        for (const one of steps) {
          await take(play, one);
          judge(play);
        }
        await settle(play);
        judge(play);
        // In the end each name is held by one that wants it, if anybody may have it.
        for (const under of NAMES) {
          const wanting = [...play.living.values()].filter(
            ({ namespace, projection }) =>
              projection.state === 'serve' && projection.names.includes(under) && mayHave(play, namespace, under),
          );
          const [holder] = holders(play.stage, under);
          if (holder === undefined && wanting.length > 0) {
            // Somebody else's, or that of an object which declares it longer and does not serve.
            const foreign = play.byHand.has(`hand-${under}`);
            const older = oldest(play, under)?.projection.state !== 'serve';
            expect(foreign || older, `nobody has ${under}`).toBe(true);
          }
          // What is held, or renamed into a taken name, keeps its old rows; what is gone has none.
          if (holder !== undefined) expect(play.living.has(holder)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  },
  60_000,
);

function mayHave({ stage }: Play, namespace: string, under: string): boolean {
  const { rights } = stage.world.projection;
  return rights === undefined || allowsName(rights.of(namespace), under);
}

function oldest(play: Play, under: string): TestObject | undefined {
  return [...play.living.values()]
    .filter(({ namespace, projection }) => projection.names.includes(under) && mayHave(play, namespace, under))
    .sort((one, other) => one.createdAt - other.createdAt || (one.uid < other.uid ? -1 : 1))[0];
}
