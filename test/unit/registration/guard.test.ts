import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GuardInput, judgeTakeOuts, type TakeOut, UNGUARDED_ROWS } from '../../../src/registration/guard.ts';

const takeOut = (number: number): TakeOut => ({
  source: `inference-service/llm/m-${number}`,
  id: `llm.m-${number}.00000000`,
  publicName: `m-${number}`,
});
const takeOuts = (count: number): TakeOut[] => Array.from({ length: count }, (_, index) => takeOut(index));
const judge = (more: Partial<GuardInput>) =>
  judgeTakeOuts({ takeOuts: [], owned: 10, recent: 0, maxShare: 0.5, ...more });

describe('judgeTakeOuts', () => {
  it.each([
    ['nothing', { takeOuts: [] }, false],
    ['half of all', { takeOuts: takeOuts(5) }, false],
    ['more than half', { takeOuts: takeOuts(6) }, true],
    ['all of three', { takeOuts: takeOuts(3), owned: 3 }, false],
    ['all of four', { takeOuts: takeOuts(4), owned: 4 }, true],
    ['the last ones of many that went a short while ago', { takeOuts: takeOuts(2), owned: 2, recent: 8 }, true],
    ['four of ten after two of twelve', { takeOuts: takeOuts(4), recent: 2 }, false],
    ['four of ten after four of fourteen', { takeOuts: takeOuts(4), recent: 4 }, true],
    ['one, where no share is allowed', { takeOuts: takeOuts(1), maxShare: 0 }, true],
    ['all, where every share is allowed', { takeOuts: takeOuts(10), maxShare: 1 }, false],
  ] as const)('%s: held is %s', (_, more, held) => {
    expect(judge(more).held).toBe(held);
  });

  it('lets a confirmed set go, and no other', () => {
    const { hash } = judge({ takeOuts: takeOuts(9) });
    expect(judge({ takeOuts: takeOuts(9), confirmed: hash }).held).toBe(false);
    expect(judge({ takeOuts: takeOuts(8), confirmed: hash }).held).toBe(true);
    expect(judge({ takeOuts: takeOuts(10), confirmed: hash }).held).toBe(true);
  });

  it('gives a set the same hash in any order, and under another id or name another', () => {
    const set = takeOuts(5);
    const { hash } = judge({ takeOuts: set });
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
    expect(judge({ takeOuts: set.toReversed() }).hash).toBe(hash);
    for (const change of [{ id: 'other' }, { publicName: 'other' }]) {
      expect(judge({ takeOuts: [...set.slice(1), { ...takeOut(0), ...change }] }).hash).not.toBe(hash);
    }
  });
});

describe('whatever the order in which rows go missing', () => {
  it('never are more than the share and the unguarded few taken out within the window', () => {
    const history = fc.record({
      rows: fc.integer({ min: 0, max: 200 }),
      maxShare: fc.double({ min: 0, max: 1, noNaN: true }),
      losses: fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(history, ({ rows, maxShare, losses }) => {
        let owned = rows;
        let recent = 0;
        let pending = 0;
        for (const loss of losses) {
          pending = Math.min(owned, pending + loss);
          if (judge({ takeOuts: takeOuts(pending), owned, recent, maxShare }).held) continue;
          owned -= pending;
          recent += pending;
          pending = 0;
        }
        expect(recent).toBeLessThanOrEqual(Math.max(rows * maxShare + 1e-9, Math.min(rows, UNGUARDED_ROWS)));
      }),
    );
  });
});
