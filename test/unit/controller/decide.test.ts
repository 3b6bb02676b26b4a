import { describe, expect, it } from 'vitest';
import type { BackendKey } from '../../../src/controller/backend-keys.ts';
import { type Decision, decide } from '../../../src/controller/decide.ts';
import type { World } from '../../../src/controller/world.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import { entry, handMade, inShort, registration, row, SETTLE_MS, SOURCE, T0, UID } from '../registration/builders.ts';
import { object, serving, source, type TestObject, worldOf } from './builders.ts';

const { id } = entry();
const dead = row({ uid: 'uid-0' });

function decideAbout(world: World, one: TestObject | undefined): Decision {
  return decide(world, SOURCE, source, one);
}

/** The decision about the object when it means this, and LiteLLM holds these rows. */
function decided(projection: Projection, rows: ModelRecord[] = [], more: Partial<World> = {}): Decision {
  return decideAbout(worldOf(rows, more), object({ projection }));
}

describe('an object that is gone', () => {
  it('has its rows taken out, and is still named by them', () => {
    const decision = decideAbout(worldOf([row()]), undefined);
    expect(inShort(decision.plan)).toEqual([`delete ${id} withdrawn`]);
    expect(decision).toMatchObject({
      source: SOURCE,
      uid: UID,
      state: 'none',
      problems: [],
      why: 'the object is not there any more',
    });
  });

  it('has nothing to be done where no row is left', () => {
    expect(decideAbout(worldOf([]), undefined)).toMatchObject({ uid: undefined, state: 'none', plan: { changes: [] } });
  });
});

describe('an object that is going, stopped, or not ours', () => {
  it.each(['withdraw', 'ignore'] as const)(
    '%s: its rows are taken out, dead ones too, and it counts as nothing',
    (state) => {
      const decision = decided({ state, names: ['qwen'], why: 'it was stopped' }, [row(), dead]);
      expect(inShort(decision.plan)).toEqual([`delete ${id} withdrawn`, `delete ${dead.id} withdrawn`]);
      expect(decision).toMatchObject({ uid: UID, state: 'none', problems: [], why: 'it was stopped' });
    },
  );
});

describe('an object that is not Ready', () => {
  const hold: Projection = { state: 'hold', names: ['qwen'], why: 'Ready is False' };

  it('keeps its rows, and is held', () => {
    expect(decided(hold, [row()])).toMatchObject({ state: 'held', plan: { changes: [] }, why: 'Ready is False' });
  });

  it('is down where it has none', () => {
    expect(decided(hold)).toMatchObject({ state: 'down', plan: { changes: [] } });
  });

  it('is down where only rows of its predecessor stand, and those go', () => {
    const decision = decided(hold, [dead]);
    expect(decision.state).toBe('down');
    expect(inShort(decision.plan)).toEqual([`delete ${dead.id} recreated`]);
  });
});

describe('an object with a wrong annotation', () => {
  const problem = { reason: 'InvalidAnnotation', message: 'mode is "x"' } as const;
  const invalid: Projection = { state: 'invalid', names: ['qwen'], problems: [problem] };

  it('keeps its rows, and says why', () => {
    expect(decided(invalid, [row()])).toMatchObject({ state: 'invalid', plan: { changes: [] }, problems: [problem] });
  });

  it('loses rows of its predecessor', () => {
    expect(inShort(decided(invalid, [dead]).plan)).toEqual([`delete ${dead.id} recreated`]);
  });
});

describe('an object that serves', () => {
  it('is registered, and is not counted as live before it is', () => {
    const decision = decided(serving());
    expect(inShort(decision.plan)).toEqual([`create ${id} new`]);
    expect(decision).toMatchObject({ uid: UID, state: 'down', problems: [] });
    expect(decision).not.toHaveProperty('why');
  });

  it('is live once its rows are, with nothing left to do', () => {
    expect(decided(serving(), [row()])).toMatchObject({ state: 'live', plan: { changes: [] }, problems: [] });
  });

  it('is saved while LiteLLM does not serve its row, and says so', () => {
    expect(decided(serving(), [{ ...row(), live: false }])).toMatchObject({
      state: 'saved',
      problems: [{ reason: 'SavedNotLive', message: expect.stringContaining('"qwen" is in LiteLLM\'s database') }],
    });
  });

  it('passes on what its projection warns of', () => {
    const warnings = [{ reason: 'Rejected', message: 'too long' } as const];
    expect(decided(serving(undefined, { warnings }), [row()])).toMatchObject({ state: 'live', problems: warnings });
  });

  it('is in conflict where a name of it is taken, and has the others', () => {
    const decision = decided(serving([registration(), registration('b')]), [handMade()]);
    expect(inShort(decision.plan)).toEqual([`create ${entry({ registration: registration('b') }).id} new`]);
    expect(decision).toMatchObject({ state: 'conflict', problems: [{ reason: 'NameConflict' }] });
  });

  it('is invalid where a name of it cannot be one, whatever else is wrong', () => {
    const decision = decided(serving([registration(), registration('*')]), [handMade()]);
    expect(decision).toMatchObject({
      state: 'invalid',
      problems: [{ reason: 'NameConflict' }, { reason: 'InvalidAnnotation' }],
    });
  });

  it('yields the name that another had first', () => {
    const rival = row({ source: { ...SOURCE, namespace: 'b' }, uid: 'uid-b', since: T0 - 9 });
    const decision = decideAbout(worldOf([row(), rival], {}, { now: T0 + SETTLE_MS }), object());
    expect(inShort(decision.plan)).toEqual([`delete ${id} yielded`]);
    expect(decision.state).toBe('conflict');
  });

  it('waits with its first registration while no copy serves, and is down', () => {
    const waiting = serving(undefined, { waitingFor: 'no copy has served yet' });
    expect(decided(waiting)).toMatchObject({ state: 'down', plan: { changes: [] }, why: 'no copy has served yet' });
    expect(decided(waiting, [row()])).toMatchObject({ state: 'live', plan: { changes: [] } });
  });

  it('is looked at again when a superseded row is due, or a kept name free, whichever comes first', () => {
    const rows = [row(), row({ generation: 2, created: T0 })];
    expect(decided(serving(), rows).plan.dueAt).toBe(T0 + SETTLE_MS);
    const world = worldOf(rows);
    const namesake = row({ source: { ...SOURCE, namespace: 'b' }, registration: registration('b') });
    world.names.nameSeen('b', [namesake]);
    world.names.nameSeen('b', []);
    const both = object({ projection: serving([registration(), registration('b')]) });
    expect(decideAbout(world, both).plan.dueAt).toBe(T0 + SETTLE_MS);
    expect(decideAbout({ ...world, settleMs: 10 * 600_000 }, both).plan.dueAt).toBe(T0 + 600_000);
  });
});

describe('the policy', () => {
  it('is kept, whatever the object means', () => {
    expect(decideAbout(worldOf([row()], { policy: 'upsert-only' }), undefined).plan.changes).toEqual([]);
    const edited = { ...row(), publicName: 'by-hand' };
    expect(decided(serving(), [edited], { policy: 'create-only' }).plan.changes).toEqual([]);
    expect(inShort(decided(serving(), [edited], { policy: 'upsert-only' }).plan)).toEqual([`update ${id}`]);
  });
});

describe('an object whose backend wants a key', () => {
  const wanting = serving([registration()], { apiKeySecret: { namespace: 'llm', name: 'backend' } });
  const keyed = (key: BackendKey): Partial<World> => ({ backendKeys: { look: () => key } });
  const known = (value: string, version: string) => keyed({ state: 'known', value, version });

  it('is registered with it; the digest in the mark depends on the Secret alone', () => {
    const entryWith = (more: Partial<World>) => {
      const [change] = decided(wanting, [], more).plan.changes;
      return change?.kind === 'create' ? change.entry : undefined;
    };
    const [first, second, rotated] = [known('k1', 'v1'), known('k2', 'v1'), known('k1', 'v2')].map(entryWith);
    expect(first?.params.api_key).toBe('k1');
    expect(second?.stamp.hash).toBe(first?.stamp.hash);
    expect(rotated?.stamp.hash).not.toBe(first?.stamp.hash);
  });

  it('is held in silence until the Secret was looked at', () => {
    expect(decided(wanting, [row()], keyed({ state: 'unknown' }))).toMatchObject({ state: 'held', problems: [] });
    expect(decided(wanting, [], keyed({ state: 'unknown' }))).toMatchObject({ state: 'down', plan: { changes: [] } });
  });

  it('keeps its rows and says why when the Secret cannot be read', () => {
    expect(decided(wanting, [row()], keyed({ state: 'unknown', why: 'no right' }))).toMatchObject({
      state: 'held',
      plan: { changes: [] },
      problems: [{ reason: 'RegistrationFailed', message: 'no right.' }],
    });
  });

  it('keeps its rows and says why when the Secret is gone; without one nothing is registered', () => {
    for (const rows of [[row()], []]) {
      expect(decided(wanting, rows, keyed({ state: 'wrong', why: 'there is no Secret "backend"' }))).toMatchObject({
        state: 'invalid',
        plan: { changes: [] },
        problems: [
          { reason: 'InvalidAnnotation', message: 'model-registrar.io/api-key-secret: there is no Secret "backend".' },
        ],
      });
    }
  });
});
