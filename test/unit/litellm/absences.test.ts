import { beforeEach, describe, expect, it } from 'vitest';
import { type Absences, createAbsences } from '../../../src/litellm/absences.ts';

let now: number;
let absences: Absences;

beforeEach(() => {
  now = 0;
  absences = createAbsences(10, () => now);
});

function excusedAt(time: number, id = 'a'): boolean {
  now = time;
  return absences.excuses(id);
}

describe('a row that lists miss', () => {
  it('counts as being there from the first list that misses it until the time is up', () => {
    expect([0, 5, 9].map((time) => excusedAt(time))).toEqual([true, true, true]);
    expect(excusedAt(10)).toBe(false);
  });

  it('has a time of its own', () => {
    excusedAt(0);
    expect(excusedAt(5, 'b')).toBe(true);
    expect([excusedAt(10), excusedAt(10, 'b'), excusedAt(15, 'b')]).toEqual([false, true, false]);
  });

  it('has all its time again once it was listed', () => {
    excusedAt(0);
    absences.forget('a');
    expect([excusedAt(9), excusedAt(18), excusedAt(19)]).toEqual([true, true, false]);
  });
});
