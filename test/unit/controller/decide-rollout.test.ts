import { describe, expect, it } from 'vitest';
import { type Decision, decide } from '../../../src/controller/decide.ts';
import type { World } from '../../../src/controller/world.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import type { Registration } from '../../../src/registration/registration.ts';
import { edited, entry, inShort, registration, row, SOURCE, T0 } from '../registration/builders.ts';
import { object, PATIENCE_MS, serving, source, type TestClock, type TestObject, worldOf } from './builders.ts';

const { id } = entry();
const dead = row({ uid: 'uid-0' });

function decideAbout(world: World, one: TestObject): Decision {
  return decide(world, SOURCE, source, one);
}

/** The decision about the object when it means this, and LiteLLM holds these rows. */
function decided(projection: Projection, rows: ModelRecord[] = []): Decision {
  return decideAbout(worldOf(rows), object({ projection }));
}

describe('an object whose served name or base path changes', () => {
  const moved = [registration('qwen', { servedName: 'v2', info: { mode: 'chat' } })];
  const why = 'a changed served name or base path is taken over when the rollout is through';

  it('is held until the change has been wanted for a while, and says when to look again', () => {
    const clock: TestClock = { now: T0 };
    const world = worldOf([row()], {}, clock);
    const one = object({ projection: serving(moved) });
    expect(decideAbout(world, one)).toMatchObject({
      state: 'held',
      plan: { changes: [], dueAt: T0 + PATIENCE_MS },
      why,
    });
    clock.now += PATIENCE_MS - 1;
    expect(decideAbout(world, one)).toMatchObject({ state: 'held', plan: { dueAt: T0 + PATIENCE_MS } });
    clock.now += 1;
    const decision = decideAbout(world, one);
    expect(inShort(decision.plan)).toEqual([`update ${id}`]);
    expect(decision).not.toHaveProperty('why');
  });

  it('waits no longer where it changed while its first row was under way', () => {
    const clock: TestClock = { now: T0 };
    const rows: ModelRecord[] = [];
    const world = worldOf(rows, {}, clock);
    const changed = object({ resourceVersion: '2', projection: serving(moved) });
    decideAbout(world, object());
    // It has changed, and what was planned before has not been written yet.
    decideAbout(world, changed);
    rows.push(row());
    expect(decideAbout(world, changed)).toMatchObject({ state: 'held', plan: { dueAt: T0 + PATIENCE_MS } });
    clock.now += PATIENCE_MS;
    expect(inShort(decideAbout(world, changed).plan)).toEqual([`update ${id}`]);
  });

  it('is no such object where somebody edited its row, even if another setting of it changes at that time', () => {
    const rows: ModelRecord[] = [row()];
    const world = worldOf(rows);
    decideAbout(world, object());
    const changed = object({
      resourceVersion: '2',
      projection: serving([registration('qwen', { info: { notes: 'x' } })]),
    });
    decideAbout(world, changed);
    rows[0] = edited(row(), { model: 'openai/elsewhere' });
    expect(inShort(decideAbout(world, changed).plan)).toEqual([`update ${id}`]);
  });

  it('is held while it rolls out, however long: its status will tell', () => {
    const clock: TestClock = { now: T0 };
    const world = worldOf([row()], {}, clock);
    const one = object({ projection: serving(moved, { rollingOut: true }) });
    decideAbout(world, one);
    clock.now += 100 * PATIENCE_MS;
    const decision = decideAbout(world, one);
    expect(decision).toMatchObject({ state: 'held', plan: { changes: [] }, why });
    expect(decision.plan).not.toHaveProperty('dueAt');
    const through = object({ projection: serving(moved) });
    expect(inShort(decideAbout(world, through).plan)).toEqual([`update ${id}`]);
  });

  it("is held until the pods' template is another one, however calm the status looks", () => {
    const clock: TestClock = { now: T0 };
    const rows = [row()];
    const world = worldOf(rows, {}, clock);
    const at = (wanted: Registration[], tells: string, version: string) =>
      decideAbout(
        world,
        object({ resourceVersion: `${clock.now}`, projection: serving(wanted, { template: { tells, version } }) }),
      );
    at([registration()], 'v1', '3');
    clock.now += 1;
    expect(at(moved, 'v2', '3').plan).toMatchObject({ changes: [], dueAt: clock.now + 300_000 });
    clock.now += 10 * PATIENCE_MS;
    expect(at(moved, 'v2', '3').state).toBe('held');
    expect(at(moved, 'v2', '4').plan).toMatchObject({ changes: [], dueAt: clock.now + PATIENCE_MS });
    clock.now += PATIENCE_MS;
    expect(inShort(at(moved, 'v2', '4').plan)).toEqual([`update ${id}`]);
  });

  it('is of new pods where the object was stopped in between, and its row was kept', () => {
    const world = worldOf([row()], { policy: 'upsert-only' });
    const template = (tells: string) => ({ tells, version: '1' });
    decideAbout(world, object({ projection: serving([registration()], { template: template('v1') }) }));
    decideAbout(world, object({ projection: { state: 'withdraw', names: ['qwen'], why: 'it is stopped' } }));
    const again = decideAbout(world, object({ projection: serving(moved, { template: template('v2') }) }));
    expect(again.plan.dueAt).toBe(T0 + PATIENCE_MS);
  });

  it('loses rows of its predecessor all the same, and its Warnings stand', () => {
    const warnings = [{ reason: 'Rejected', message: 'x' } as const];
    const decision = decided(serving(moved, { warnings }), [row(), dead]);
    expect(inShort(decision.plan)).toEqual([`delete ${dead.id} recreated`]);
    expect(decision.problems).toEqual(warnings);
  });

  it('keeps a row of its predecessor under a name for which it has none itself', () => {
    const second = row({ uid: 'uid-0', registration: registration('second') });
    const both = serving([...moved, registration('second', { servedName: moved[0]?.servedName ?? '' })]);
    expect(inShort(decided(both, [row(), dead, second]).plan)).toEqual([`delete ${dead.id} recreated`]);
  });

  it.each([
    ['another setting changes', serving([registration('qwen', { info: { mode: 'chat' } })], { rollingOut: true })],
    [
      'only a host changes',
      serving([registration('qwen', { apiBase: 'http://moved/openai/v1' })], { rollingOut: true }),
    ],
  ])('is not held where %s', (_case, projection) => {
    expect(inShort(decided(projection, [row()]).plan)).toEqual([`update ${id}`]);
  });

  it('is registered at once where it never was', () => {
    expect(inShort(decided(serving(moved, { rollingOut: true })).plan)).toEqual([`create ${id} new`]);
  });
});
