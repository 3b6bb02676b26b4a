import { describe, expect, it, vi } from 'vitest';
import type { Engine, Outcome } from '../../../src/controller/engine.ts';
import { onePass } from '../../../src/controller/pass.ts';
import type { Applied } from '../../../src/litellm/registry.ts';
import { entry, SOURCE } from '../registration/builders.ts';

const applied: Applied = { change: { kind: 'create', entry: entry(), why: 'new' }, result: 'live' };

function outcomeOf(key: string, more: Partial<Outcome> = {}, dueAt?: number): Outcome {
  const plan = { changes: [], ...(dueAt !== undefined && { dueAt }) };
  return {
    key,
    decision: { source: SOURCE, uid: 'u', state: 'live', plan, problems: [] },
    applied: [],
    gated: false,
    ...more,
  };
}

/** An engine whose objects are looked at like this, look by look; after the last one all is in step. */
function engineOf(looks: Record<string, (Outcome | undefined)[]>) {
  const looked: string[] = [];
  const engine: Pick<Engine, 'keys' | 'reconcile'> = {
    keys: () => Object.keys(looks),
    async reconcile(key) {
      looked.push(key);
      const left = looks[key];
      return left && left.length > 0 ? left.shift() : outcomeOf(key);
    },
  };
  return { engine: engine as Engine, looked };
}

interface Wish {
  patienceMs?: number;
  /** How long the way to LiteLLM is closed, whenever it is asked. */
  closedMs?: number;
  awayMs?: number;
}

async function pass(looks: Record<string, (Outcome | undefined)[]>, wish: Wish = {}) {
  const { patienceMs = 1_000, closedMs = 0, awayMs = 0 } = wish;
  const { engine, looked } = engineOf(looks);
  const told: Outcome[] = [];
  const waits = vi.fn();
  const gate = { waitMs: () => closedMs };
  const tell = (outcome: Outcome): number => told.push(outcome);
  const outcomes = await onePass({ engine, patienceMs, tell, gate, awayMs, waits });
  expect(told).toEqual(outcomes);
  return { outcomes, looked, waits };
}

const soon = (): number => Date.now() + 1;

describe('onePass', () => {
  it('looks at each object once where nothing asks for more', async () => {
    const { outcomes, looked } = await pass({ a: [], b: [outcomeOf('b', { applied: [applied] })] });
    expect(looked).toEqual(['a', 'b']);
    expect(outcomes).toEqual([outcomeOf('a'), outcomeOf('b', { applied: [applied] })]);
  });

  it('has nothing to tell where nothing is known', async () => {
    expect((await pass({ a: [undefined] })).outcomes).toEqual([]);
    expect((await pass({})).outcomes).toEqual([]);
  });

  it('looks again when it is due, and tells once of all that was done', async () => {
    const due = [outcomeOf('a', { applied: [applied] }, soon()), outcomeOf('a', { applied: [applied] })];
    const { outcomes, looked } = await pass({ a: due });
    expect(looked).toEqual(['a', 'a']);
    expect(outcomes).toEqual([outcomeOf('a', { applied: [applied, applied] })]);
  });

  it('leaves to the next pass what takes longer than it has patience', async () => {
    const later = Date.now() + 3_600_000;
    const { outcomes, looked } = await pass({ a: [outcomeOf('a', { applied: [applied] }, later)] });
    expect(looked).toEqual(['a']);
    expect(outcomes).toMatchObject([{ applied: [applied], decision: { plan: { dueAt: later } } }]);
  });

  it('looks at no object for ever', async () => {
    const endless = Array.from({ length: 20 }, () => outcomeOf('a', { applied: [applied] }, soon()));
    const { outcomes, looked } = await pass({ a: endless });
    expect(looked).toHaveLength(4);
    expect(outcomes[0]?.applied).toHaveLength(4);
  });

  it.each<[string, Partial<Outcome>]>([
    ['that failed', { error: new Error('x'), applied: [applied] }],
    ['while LiteLLM is away', { gated: true }],
  ])('does not try an object again %s', async (_case, failed) => {
    const { outcomes, looked } = await pass({ a: [outcomeOf('a', failed, soon())], b: [] });
    expect(looked.sort()).toEqual(['a', 'b']);
    expect(outcomes.find(({ key }) => key === 'a')).toMatchObject(failed);
  });

  it.each<[string, Partial<Outcome>]>([
    ['was not tried', { gated: true }],
    ['found out that LiteLLM is away', { error: new Error('x') }],
  ])('tries again what %s, and says once that it waits', async (_case, failed) => {
    const looks = [{ applied: [applied], ...failed }, failed, { applied: [applied] }].map((one) => outcomeOf('a', one));
    const { outcomes, looked, waits } = await pass({ a: looks }, { closedMs: 1, awayMs: 60_000 });
    expect(looked).toEqual(['a', 'a', 'a']);
    expect(outcomes).toEqual([outcomeOf('a', { applied: [applied, applied] })]);
    expect(waits).toHaveBeenCalledTimes(1);
  });

  it('waits no longer for LiteLLM than it may, for all objects together', async () => {
    const away = () => Array.from({ length: 100 }, () => outcomeOf('', { gated: true }));
    const { outcomes, looked } = await pass({ a: away(), b: away() }, { closedMs: 2, awayMs: 20 });
    expect(outcomes).toMatchObject([{ gated: true }, { gated: true }]);
    expect(looked.length).toBeLessThan(2 * 20);
  });

  it('does not wait for LiteLLM where one object alone was refused', async () => {
    const { looked, waits } = await pass({ a: [outcomeOf('a', { error: new Error('x') })] }, { awayMs: 60_000 });
    expect(looked).toEqual(['a']);
    expect(waits).not.toHaveBeenCalled();
  });

  it('tells of what was done before a look that failed', async () => {
    const looks = [outcomeOf('a', { applied: [applied] }, soon()), outcomeOf('a', { error: new Error('x') })];
    expect((await pass({ a: looks })).outcomes).toMatchObject([{ applied: [applied], error: { message: 'x' } }]);
  });

  it('looks at all of many', async () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}`, []]));
    expect((await pass(many)).outcomes).toHaveLength(100);
  });
});
