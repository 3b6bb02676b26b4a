import { describe, expect, it } from 'vitest';
import { type FaultRule, Faults } from '../../../src/sandbox/faults.ts';

const HANG = { kind: 'hang' } as const;
const subject = { operation: 'list inferenceservices', method: 'GET', path: '/apis/x?limit=5' };

describe('faults', () => {
  it('hit once unless told', () => {
    const faults = new Faults();
    const fault = faults.inject({ effect: HANG });
    expect(faults.take(subject)).toBe(HANG);
    expect(faults.take(subject)).toBeUndefined();
    expect(fault.hits).toBe(1);
  });

  it('hit as often as told, after those that pass first', () => {
    const faults = new Faults();
    const fault = faults.inject({ effect: HANG, skip: 1, times: 2 });
    expect([1, 2, 3, 4].map(() => faults.take(subject)?.kind)).toEqual([undefined, 'hang', 'hang', undefined]);
    expect(fault.hits).toBe(2);
  });

  it('hit for ever until they are lifted', () => {
    const faults = new Faults();
    const fault = faults.inject({ effect: HANG, times: Number.POSITIVE_INFINITY });
    for (let call = 0; call < 5; call += 1) expect(faults.take(subject)).toBe(HANG);
    fault.lift();
    expect(faults.take(subject)).toBeUndefined();
    faults.inject({ effect: HANG, times: 9 });
    faults.clear();
    expect(faults.take(subject)).toBeUndefined();
  });

  it.each<[string, Partial<FaultRule>, boolean]>([
    ['the operation', { on: 'list inferenceservices' }, true],
    ['a part of the operation, as text', { on: 'list' }, false],
    ['a part of the operation, as a pattern', { on: /^list/ }, true],
    ['another operation', { on: /^watch/ }, false],
    ['the method', { method: 'GET' }, true],
    ['another method', { method: 'POST' }, false],
    ['a part of the path', { path: 'limit=' }, true],
    ['a pattern of the path', { path: /limit=5$/ }, true],
    ['another path', { path: 'continue=' }, false],
    ['only one of two', { path: 'limit=', method: 'POST' }, false],
  ])('match %s', (_, rule, isHit) => {
    const faults = new Faults();
    faults.inject({ effect: HANG, ...rule });
    expect(faults.take(subject) !== undefined).toBe(isHit);
  });

  it('are tried in the order in which they were injected', () => {
    const faults = new Faults();
    faults.inject({ effect: HANG });
    faults.inject({ effect: { kind: 'cut' } });
    expect(faults.take(subject)?.kind).toBe('hang');
    expect(faults.take(subject)?.kind).toBe('cut');
  });
});
