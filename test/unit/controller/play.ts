import fc from 'fast-check';
import type { LiteLlmClient } from '../../../src/litellm/client.ts';
import type { Json, Registration } from '../../../src/registration/registration.ts';
import { readStamp } from '../../../src/registration/stamp.ts';
import { type DatabaseRow, type FakeLiteLlm, fakeLiteLlm } from '../litellm/fake-client.ts';
import { entry, OWNER, registration, SETTLE_MS } from '../registration/builders.ts';
import { COOLDOWN_MS, keyOf, object, serving, type TestObject } from './builders.ts';
import { createStage, type Stage } from './stage.ts';

export const NAMES = ['one', 'two', 'three'];
const PLACES = ['a/x', 'a/y', 'b/x'];

/** What an object is made to mean. */
interface Wish {
  state: 'serve' | 'hold' | 'withdraw' | 'ignore' | 'invalid';
  names: string[];
  servedName: string;
  params: Record<string, Json>;
  info: Record<string, Json>;
  rollingOut: boolean;
  waits: boolean;
  /** Deleted and made again. */
  recreated: boolean;
}

/** What may happen between two calls of the engine. */
export type Step =
  | { what: 'put'; place: string; wish: Wish }
  | { what: 'remove' | 'look'; place: string }
  | { what: 'fail'; operation: 'create' | 'update' | 'remove' | 'findByName'; when: 'before' | 'after' }
  | { what: 'refresh' | 'lag' | 'reload' | 'the next row does not load' }
  | { what: 'wait'; ms: number }
  | { what: 'add by hand' | 'add of another owner'; name: string }
  | { what: 'delete by hand' | 'edit' | 'block' | 'unmark' | 'does not load'; row: number };

const place = fc.constantFrom(...PLACES);
const row = fc.nat({ max: 9 });
const keys = (...of: string[]): fc.Arbitrary<Record<string, Json>> =>
  fc.dictionary(fc.constantFrom(...of), fc.integer({ min: 1, max: 2 }), { maxKeys: 2, noNullPrototype: true });

const wish: fc.Arbitrary<Wish> = fc.record({
  state: fc.constantFrom<Wish['state'][]>('serve', 'serve', 'serve', 'serve', 'hold', 'withdraw', 'ignore', 'invalid'),
  names: fc.subarray(NAMES, { minLength: 1, maxLength: 2 }),
  servedName: fc.constantFrom('v1', 'v1', 'v2'),
  params: keys('rpm', 'tpm'),
  info: keys('notes', 'mode'),
  rollingOut: fc.constantFrom(false, false, true),
  waits: fc.constantFrom(false, false, false, true),
  recreated: fc.constantFrom(false, false, false, true),
});

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('put' as const), place, wish }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('look' as const), place }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('remove' as const), place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('fail' as const),
      operation: fc.constantFrom('create' as const, 'update', 'remove', 'findByName'),
      when: fc.constantFrom('before' as const, 'after'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom('refresh' as const, 'lag', 'reload', 'the next row does not load'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 10_000, SETTLE_MS / 2, SETTLE_MS, COOLDOWN_MS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constantFrom('add by hand' as const, 'add of another owner'),
      name: fc.constantFrom(...NAMES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom('delete by hand' as const, 'edit', 'block', 'unmark', 'does not load'),
      row,
    }),
  },
);

/** The world of one controller over its life. */
export interface Play {
  stage: Stage;
  living: Map<string, TestObject>;
  /** What was written and must not be: the engine would take a thrown one for a failure of LiteLLM. */
  wrongs: string[];
  /** The next row that is made is stored, and LiteLLM does not serve it. */
  nextDoesNotLoad: boolean;
}

export function openPlay(): Play {
  const litellm = fakeLiteLlm();
  const play = { living: new Map<string, TestObject>(), wrongs: [], nextDoesNotLoad: false };
  litellm.client = watched(litellm, play);
  return Object.assign(play, { stage: createStage({ litellm }) });
}

export async function take(play: Play, one: Step): Promise<void> {
  const { stage, living } = play;
  const { litellm, clock, engine } = stage;
  switch (one.what) {
    case 'put': {
      const before = living.get(one.place);
      if (before && one.wish.recreated) stage.remove(before);
      const made = objectFor(one.place, one.wish, one.wish.recreated ? undefined : before, clock.now);
      living.set(one.place, made);
      return stage.put(made);
    }
    case 'remove': {
      const before = living.get(one.place);
      living.delete(one.place);
      return before && stage.remove(before);
    }
    case 'look':
      return void (await engine.reconcile(keyAt(one.place), 'prompt'));
    case 'fail':
      return litellm.fail(one.operation, 'server-error', one.when);
    case 'refresh':
      return engine.refresh().catch(() => undefined);
    case 'lag':
      return litellm.lag();
    case 'reload':
      return litellm.reload();
    case 'the next row does not load':
      play.nextDoesNotLoad = true;
      return;
    case 'wait':
      clock.now += one.ms;
      return;
    case 'add by hand':
      return void litellm.addByHand(`hand-${one.name}`, { publicName: one.name });
    case 'add of another owner': {
      const { id, info, params, stamp } = entry({ owner: 'stage', registration: registration(one.name) });
      const mark = JSON.parse(JSON.stringify(stamp)) as Json;
      litellm.addByHand(id, { publicName: one.name, params, info: { ...info, model_registrar: mark } });
      return;
    }
    case 'unmark': {
      byHand(litellm, one);
      // Until a list shows it, nobody can know: LiteLLM has no write that is bound to what stands there.
      litellm.unservable.clear();
      litellm.reload();
      return engine.refresh().catch(() => undefined);
    }
    default:
      return byHand(litellm, one);
  }
}

function byHand(
  { database, unservable, deleteByHand }: FakeLiteLlm,
  { what, row: index }: Step & { row: number },
): void {
  const [id, found] = [...database][index % Math.max(1, database.size)] ?? [];
  if (id === undefined || !found) return;
  switch (what) {
    case 'delete by hand':
      deleteByHand(id);
      return;
    case 'edit':
      found.params.rpm = 999;
      return;
    case 'block':
      found.blocked = !found.blocked;
      return;
    case 'unmark':
      // Whoever takes the mark off makes the row his own.
      delete found.info.model_registrar;
      return;
    case 'does not load':
      if (!unservable.delete(id)) unservable.add(id);
  }
}

let uids = 0;

function objectFor(at: string, wanted: Wish, before: TestObject | undefined, now: number): TestObject {
  const [namespace = '', name = ''] = at.split('/');
  uids += 1;
  const uid = before?.uid ?? `uid-${uids}`;
  const base = { namespace, name, uid, resourceVersion: `${uids}`, createdAt: before?.createdAt ?? now };
  return object({ ...base, projection: meaning(at, wanted) });
}

function meaning(at: string, { state, names, ...wanted }: Wish): TestObject['projection'] {
  if (state === 'ignore') return { state, names: [], why: 'as the test has it' };
  if (state === 'invalid') return { state, names, problems: [{ reason: 'InvalidAnnotation', message: 'as it is' }] };
  if (state !== 'serve') return { state, names, why: 'as the test has it' };
  const { servedName, params, info, rollingOut, waits } = wanted;
  const apiBase = `http://${at.replace('/', '.')}.svc/v1`;
  const wants = (name: string): Registration =>
    registration(name, { servedName, apiBase, params: { api_key: 'not-needed', ...params }, info });
  return serving(names.map(wants), { rollingOut, ...(waits && { waitingFor: 'no copy of the model serves yet' }) });
}

export function keyAt(at: string): string {
  const [namespace = '', name = ''] = at.split('/');
  return keyOf(object({ namespace, name }));
}

function isOurs({ info }: DatabaseRow): boolean {
  return readStamp(info)?.owner === OWNER;
}

/** By name: the objects that serve it and have a row under it which LiteLLM serves. */
function servedNames({ database, unservable }: FakeLiteLlm, living: Map<string, TestObject>): Set<string> {
  const live = [...database].filter(([id]) => !unservable.has(id));
  const wants = ({ projection }: TestObject, name: string): boolean =>
    projection.state === 'serve' && !projection.waitingFor && projection.names.includes(name);
  const served = live.filter(([, { publicName, info }]) =>
    [...living.values()].some((one) => keyOf(one) === readStamp(info)?.source && wants(one, publicName)),
  );
  return new Set(served.map(([, { publicName }]) => publicName));
}

/** Looks at every single write: it touches no row of others, and takes no name's last live row away from those that serve it. */
function watched(litellm: FakeLiteLlm, play: Omit<Play, 'stage'>): LiteLlmClient {
  const { client, database } = litellm;
  const { living, wrongs } = play;
  async function write<T>(what: string, id: string, act: () => Promise<T>): Promise<T> {
    const row = database.get(id);
    const touches = what !== 'create';
    if (touches && row && !isOurs(row)) wrongs.push(`${what} ${id}: a row of others`);
    // What somebody deleted, and the replica that answers has still in its memory, stands there for all that can be known.
    const shown = [...litellm.visible()].flatMap(([of, row]) => (database.has(of) ? [] : [row.publicName]));
    const before = servedNames(litellm, living);
    try {
      return await act();
    } finally {
      // A POST of an id that stands there changes nothing: LiteLLM refuses it.
      if (!touches && row && database.get(id) !== row) wrongs.push(`create ${id}: over a row that stood there`);
      // Whether a row of others is served is told by a list alone, and that may be a moment old.
      const counts = ([of, row]: [string, DatabaseRow]) => !litellm.unservable.has(of) || !isOurs(row);
      const after = [...litellm.database].filter(counts).map(([, { publicName }]) => publicName);
      const left = new Set([...after, ...shown]);
      for (const name of before) if (!left.has(name)) wrongs.push(`${what} ${id} left nothing of "${name}"`);
    }
  }
  return {
    ...client,
    create(made) {
      const { id } = made.entry;
      if (play.nextDoesNotLoad) litellm.unservable.add(id);
      play.nextDoesNotLoad = false;
      return write('create', id, () => client.create(made));
    },
    update: (id, patch) => write('update', id, () => client.update(id, patch)),
    remove(id) {
      const left = renamedWithout(litellm, play, id);
      if (left) wrongs.push(`remove ${id} left ${left} without any row`);
      return write('remove', id, () => client.remove(id));
    },
  };
}

/** The object of a row under a name that it no longer wants, where none of its other rows serves, as far as can be known. */
function renamedWithout({ database, visible, unservable }: FakeLiteLlm, { living }: Omit<Play, 'stage'>, id: string) {
  const row = database.get(id);
  const stamp = row && readStamp(row.info);
  const object = [...living.values()].find((one) => keyOf(one) === stamp?.source && one.uid === stamp.uid);
  if (!row || !object || object.projection.state !== 'serve') return undefined;
  if (object.projection.names.includes(row.publicName)) return undefined;
  const served = [...visible()].some(
    ([other, { info }]) => other !== id && !unservable.has(other) && readStamp(info)?.source === stamp?.source,
  );
  return served ? undefined : stamp?.source;
}
