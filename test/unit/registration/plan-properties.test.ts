import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { type Plan, planHold, planServe, planWithdraw } from '../../../src/registration/plan.ts';
import type { Json, Registration } from '../../../src/registration/registration.ts';
import { registration, SETTLE_MS, serveInput, T0 } from './builders.ts';
import { Rows } from './rows.ts';

const NAMES = ['a', 'b', 'c'];

/** What an object means at one moment of its life. */
interface Moment {
  /** Since the moment before, in milliseconds. */
  afterMs: number;
  /** True where the object was deleted and made again in between. */
  recreated: boolean;
  state: 'serve' | 'hold' | 'withdraw';
  wanted: string[];
  refused: string[];
  yielded: string[];
  mayStart: boolean;
  servedName: string;
  params: Record<string, Json>;
  info: Record<string, Json>;
}

const keys = (names: string[]): fc.Arbitrary<Record<string, Json>> =>
  fc.dictionary(fc.constantFrom(...names), fc.integer({ min: 1, max: 3 }), {
    maxKeys: names.length,
    noNullPrototype: true,
  });

/** Each name is wanted, refused or yielded, or not named at all. */
const claims = fc
  .tuple(...NAMES.map(() => fc.constantFrom('wanted', 'wanted', 'wanted', 'refused', 'yielded', 'none')))
  .map((fates) => (fate: string) => NAMES.filter((_, index) => fates[index] === fate));

const moment: fc.Arbitrary<Moment> = fc
  .record({
    afterMs: fc.constantFrom(0, 1, SETTLE_MS / 2, SETTLE_MS, 3 * SETTLE_MS),
    recreated: fc.constantFrom(false, false, false, true),
    state: fc.constantFrom('serve', 'serve', 'serve', 'serve', 'hold', 'withdraw'),
    claims,
    mayStart: fc.constantFrom(true, true, false),
    servedName: fc.constantFrom('v1', 'v1', 'v2'),
    params: keys(['rpm', 'tpm']),
    info: keys(['mode', 'notes']),
  })
  .map(({ claims: of, state, ...rest }) => ({
    ...rest,
    state: state as Moment['state'],
    wanted: of('wanted'),
    refused: of('refused'),
    yielded: of('yielded'),
  }));

const life = fc.array(moment, { minLength: 1, maxLength: 10 });

interface Now extends Moment {
  now: number;
  uid: string;
}

function granted({ wanted, servedName, params, info }: Moment): Registration[] {
  return wanted.map((name) => registration(name, { servedName, params: { api_key: 'not-needed', ...params }, info }));
}

function planOf(now: Now, rows: Rows): Plan {
  const records = rows.all();
  if (now.state === 'withdraw') return planWithdraw(records);
  if (now.state === 'hold') return planHold(now.uid, records);
  const { refused, yielded, mayStart, uid } = now;
  return planServe(serveInput({ granted: granted(now), refused, yielded, mayStart, uid, records, now: now.now }));
}

/** Lives a life from its beginning; `each` sees every moment with the rows as they are before its changes. */
function live(moments: Moment[], each: (now: Now, rows: Rows) => void): void {
  const rows = new Rows();
  let now = T0;
  let uid = 1;
  for (const one of moments) {
    now += one.afterMs;
    if (one.recreated) uid += 1;
    each({ ...one, now, uid: `uid-${uid}` }, rows);
  }
}

function carryOut(plan: Plan, rows: Rows): void {
  for (const change of plan.changes) rows.apply(change);
}

function inEveryLife(each: (now: Now, rows: Rows) => void): void {
  fc.assert(
    fc.property(life, (moments) => live(moments, each)),
    { numRuns: 300 },
  );
}

test('a plan that was carried out leaves nothing to do but to take superseded rows away when they are due', () => {
  inEveryLife((now, rows) => {
    carryOut(planOf(now, rows), rows);
    const second = planOf(now, rows);
    for (const change of second.changes) expect(change).toMatchObject({ kind: 'delete', why: 'superseded' });
    carryOut(second, rows);
    const third = planOf(now, rows);
    expect(third.changes).toEqual([]);
    if (third.dueAt === undefined) return;
    expect(third.dueAt).toBeGreaterThan(now.now);
    const due = planOf({ ...now, now: third.dueAt }, rows);
    expect(due.changes).not.toEqual([]);
    for (const change of due.changes) expect(change).toMatchObject({ kind: 'delete', why: 'superseded' });
  });
});

test('no name that has a row before and after is without one in between', () => {
  inEveryLife((now, rows) => {
    const before = rows.names();
    const seen: Set<string>[] = [];
    for (const change of planOf(now, rows).changes) {
      rows.apply(change);
      seen.push(rows.names());
    }
    const after = rows.names();
    for (const name of before) {
      if (after.has(name)) expect(seen.every((names) => names.has(name))).toBe(true);
    }
  });
});

test('in the end there is what is wanted, and what is refused or held stays as it was', () => {
  inEveryLife((now, rows) => {
    const before = rows.all();
    carryOut(planOf(now, rows), rows);
    const own = rows.all().filter(({ stamp }) => stamp.uid === now.uid);
    const names = new Set(own.map(({ publicName }) => publicName));
    const kept = before.filter(({ stamp }) => stamp.uid === now.uid);
    if (now.state === 'withdraw') expect(rows.all()).toEqual([]);
    if (now.state === 'hold') expect(rows.all()).toEqual(kept);
    if (now.state !== 'serve') return;
    if (now.mayStart || kept.length > 0) for (const name of now.wanted) expect(names).toContain(name);
    else expect(own).toEqual([]);
    for (const name of now.yielded) expect(names).not.toContain(name);
    for (const row of kept.filter(({ publicName }) => now.refused.includes(publicName))) expect(own).toContain(row);
    // A name that is no longer wanted goes as soon as there is one that serves.
    const stale = [...names].filter((name) => ![...now.wanted, ...now.refused, ...now.yielded].includes(name));
    if (now.wanted.length > 0) expect(stale).toEqual([]);
  });
});

test('only rows that were given are touched, each once, and every id that is made is new', () => {
  inEveryLife((now, rows) => {
    const known = new Set<ModelRecord>(rows.all());
    const { changes } = planOf(now, rows);
    const touched = changes.flatMap((change) => ('record' in change ? [change.record] : []));
    const made = changes.flatMap((change) =>
      change.kind === 'create' || change.kind === 'replace' ? [change.entry.id] : [],
    );
    expect(touched.every((record) => known.has(record))).toBe(true);
    expect(new Set(touched).size).toBe(touched.length);
    expect(new Set([...made, ...rows.all().map(({ id }) => id)]).size).toBe(made.length + known.size);
    carryOut({ changes }, rows);
  });
});

test('what is added comes before what goes', () => {
  inEveryLife((now, rows) => {
    const { changes } = planOf(now, rows);
    const firstDelete = changes.findIndex(({ kind }) => kind === 'delete');
    if (firstDelete >= 0) expect(changes.slice(firstDelete).every(({ kind }) => kind === 'delete')).toBe(true);
    carryOut({ changes }, rows);
  });
});

test('while a name has rows, its first registration is not forgotten', () => {
  inEveryLife((now, rows) => {
    const firstOf = (name: string): string | undefined =>
      rows
        .all()
        .filter(({ publicName }) => publicName === name)
        .map(({ stamp }) => stamp.since)
        .sort()[0];
    const before = new Map(NAMES.map((name) => [name, firstOf(name)]));
    carryOut(planOf(now, rows), rows);
    for (const name of NAMES) {
      if (before.get(name) !== undefined && firstOf(name) !== undefined) expect(firstOf(name)).toBe(before.get(name));
    }
  });
});
