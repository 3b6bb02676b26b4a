import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/controller/decide.ts';
import type { StampedRecord } from '../../../src/registration/entry.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import { registeredRef } from '../../../src/registration/register-ref.ts';
import { entry, inShort, row, SETTLE_MS, SOURCE, T0 } from '../registration/builders.ts';
import { object, serving, source, worldOf } from './builders.ts';

const { id } = entry();
const byHand = row({ source: registeredRef(SOURCE), created: T0 - 1 });

function decided(projection: Projection | undefined, rows: StampedRecord[]) {
  const now = T0 + SETTLE_MS;
  return decide(worldOf(rows, {}, { now }), SOURCE, source, projection && object({ projection }));
}

describe('an object that register registered, and that is looked after now', () => {
  it('takes the name over without a word of a conflict', () => {
    const decision = decided(serving(), [byHand]);
    expect(inShort(decision.plan)).toEqual([`create ${id} new`]);
    expect(decision.problems).toEqual([]);
  });

  it('takes the row of register out when its own has stood long enough', () => {
    const decision = decided(serving(), [byHand, row({ created: T0 })]);
    expect(inShort(decision.plan)).toEqual([`delete ${byHand.id} superseded`]);
    expect(decision).toMatchObject({ state: 'live', problems: [] });
  });

  it.each<[string, Projection | undefined]>([
    ['is not Ready', { state: 'hold', names: ['qwen'], why: 'x' }],
    [
      'is down for longer than its owner lets it',
      { state: 'hold', names: ['qwen'], why: 'x', unready: { policy: 'Withdraw', graceMs: 0, down: true } },
    ],
    ['is stopped', { state: 'withdraw', names: ['qwen'], why: 'x' }],
    ['is not ours', { state: 'ignore', names: [], why: 'x' }],
    [
      'has a wrong annotation',
      { state: 'invalid', names: ['qwen'], problems: [{ reason: 'InvalidAnnotation', message: 'x' }] },
    ],
    [
      'would lead elsewhere',
      { state: 'invalid', names: ['qwen'], problems: [{ reason: 'NotRoutable', message: 'x' }], unsafe: true },
    ],
    ['waits for its first copy', serving(undefined, { waitingFor: 'x' })],
    ['is gone', undefined],
  ])('leaves the row of register alone while it %s', (_, projection) => {
    expect(decided(projection, [byHand]).plan.changes).toEqual([]);
  });
});
