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

  it('what is held stays held at any share, until it is confirmed', () => {
    const [one] = takeOuts(1);
    const before = { takeOuts: takeOuts(2), owned: 100, heldBefore: new Set([one?.id ?? '']) };
    const { held, hash } = judge(before);
    expect(held).toBe(true);
    expect(judge({ ...before, confirmed: hash }).held).toBe(false);
    expect(judge({ ...before, heldBefore: new Set(['another']) }).held).toBe(false);
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
      losses: fc.array(fc.integer({ min: -80, max: 80 }), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(history, ({ rows, maxShare, losses }) => {
        let [owned, most, recent, pending] = [rows, rows, 0, 0];
        let heldBefore = new Set<string>();
        for (const loss of losses) {
          // Below 0: new models.
          owned += Math.max(0, -loss);
          most += Math.max(0, -loss);
          pending = Math.min(owned, pending + Math.max(0, loss));
          const set = takeOuts(pending);
          if (judge({ takeOuts: set, owned, recent, maxShare, heldBefore }).held) {
            heldBefore = new Set(set.map(({ id }) => id));
            continue;
          }
          // What was held once never goes by itself.
          expect(set.filter(({ id }) => heldBefore.has(id))).toEqual([]);
          owned -= pending;
          recent += pending;
          pending = 0;
        }
        expect(recent).toBeLessThanOrEqual(Math.max(most * maxShare + 1e-9, Math.min(most, UNGUARDED_ROWS)));
      }),
    );
  });
});
