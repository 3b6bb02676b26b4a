import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/controller/decide.ts';
import type { World } from '../../../src/controller/world.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import type { Unready } from '../../../src/registration/unready.ts';
import { entry, inShort, registration, row, SOURCE, T0 } from '../registration/builders.ts';
import { object, serving, source, type TestClock, worldOf } from './builders.ts';

const { id } = entry();
const GRACE_MS = 60_000;

/** Not Ready, with the owner's wish; null: to do nothing. */
const notReady = (unready: Partial<Unready> | null = {}): Projection => ({
  state: 'hold',
  names: ['qwen'],
  why: 'Ready is False',
  ...(unready && { unready: { policy: 'Block', graceMs: GRACE_MS, down: true, ...unready } }),
});
/** A row that we blocked. */
const blocked = (): ModelRecord => ({ ...row(), blocked: true, stamp: { ...row().stamp, blockedByUs: true } });

function about(world: World, projection: Projection) {
  return decide(world, SOURCE, source, object({ projection }));
}

describe('an object that is not Ready', () => {
  it('is acted upon when it has been down for its grace, and says when', () => {
    const clock: TestClock = { now: T0 };
    const world = worldOf([row()], {}, clock);
    expect(about(world, notReady())).toMatchObject({ state: 'held', plan: { changes: [], dueAt: T0 + GRACE_MS } });
    clock.now += GRACE_MS;
    const decision = about(world, notReady());
    expect(decision).toMatchObject({
      state: 'down',
      plan: { changes: [{ kind: 'update', blocked: true }] },
      why: 'Ready is False, no copy serves, and unready-policy is Block',
    });
    expect(inShort(about(world, notReady({ policy: 'Withdraw' })).plan)).toEqual([`delete ${id} withdrawn`]);
  });

  it.each<[string, Projection]>([
    ['serves', serving()],
    ['has a copy', notReady({ down: false })],
    ['is stopped', { state: 'withdraw', names: [], why: 'x' }],
  ])('has all its grace again once it %s', (_case, between) => {
    const clock: TestClock = { now: T0 };
    const world = worldOf([row()], {}, clock);
    about(world, notReady());
    clock.now += GRACE_MS - 1;
    about(world, between);
    clock.now += 1;
    expect(about(world, notReady()).plan).toMatchObject({ changes: [], dueAt: clock.now + GRACE_MS });
  });

  it('stays blocked while nothing tells that it serves, also under a controller that counts anew', () => {
    for (const projection of [notReady(), notReady({ down: false })]) {
      expect(about(worldOf([blocked()]), projection).plan.changes).toEqual([]);
    }
  });

  it('is let in where its owner does not want a block any more', () => {
    for (const projection of [notReady({ policy: 'Withdraw' }), notReady(null)]) {
      expect(about(worldOf([blocked()]), projection).plan.changes).toMatchObject([{ kind: 'update', blocked: false }]);
    }
  });
});

describe('an object that is Ready again is let in', () => {
  const letIn = [{ kind: 'update', blocked: false }];

  it('with nothing else to do', () => {
    expect(about(worldOf([blocked()]), serving()).plan.changes).toMatchObject(letIn);
  });

  it('while a rollout holds a change of its served name', () => {
    const moved = serving([registration('qwen', { servedName: 'v2' })], { rollingOut: true });
    expect(about(worldOf([blocked()]), moved)).toMatchObject({ state: 'held', plan: { changes: letIn } });
  });

  it('also where an annotation of it is wrong: whether it is down cannot be told then', () => {
    const wrong: Projection = {
      state: 'invalid',
      names: ['qwen'],
      problems: [{ reason: 'InvalidAnnotation', message: 'x' }],
    };
    expect(about(worldOf([blocked()]), wrong)).toMatchObject({ state: 'invalid', plan: { changes: letIn } });
  });

  it('while the key of its backend cannot be read', () => {
    const keyless = serving(undefined, { apiKeySecret: { namespace: 'llm', name: 'key' } });
    expect(about(worldOf([blocked()]), keyless).plan.changes).toMatchObject(letIn);
  });
});

it('an object whose row would lead elsewhere by now loses it, and says why', () => {
  const problems: [{ reason: 'NotRoutable'; message: string }] = [{ reason: 'NotRoutable', message: 'It leads away.' }];
  const decision = about(worldOf([row()]), { state: 'invalid', names: ['qwen'], problems, unsafe: true });
  expect(inShort(decision.plan)).toEqual([`delete ${id} withdrawn`]);
  expect(decision).toMatchObject({ state: 'invalid', problems, why: 'It leads away' });
});
