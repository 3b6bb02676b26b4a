import { expect, test } from 'vitest';
import type { Decision } from '../../../src/controller/decide.ts';
import type { Engine, Outcome } from '../../../src/controller/engine.ts';
import { createLoop } from '../../../src/controller/loop.ts';
import { createGate } from '../../../src/litellm/gate.ts';
import { until } from '../../support/wait.ts';

const KEYS = ['inference-service/llm/broken', 'inference-service/llm/good'];

const nothing = (name: string): Decision => ({
  source: { kind: 'inference-service', namespace: 'llm', name },
  uid: 'u',
  state: 'live',
  plan: { changes: [] },
  problems: [],
});

function engineWith(more: Partial<Engine>): Engine {
  return {
    observe: () => 'same',
    projections: () => [],
    keys: () => KEYS,
    judge: async () => ({ takeOuts: [], owned: 0, share: 0, hash: '', held: false }),
    judgement: undefined,
    consider: (key) => nothing(key),
    verify: async () => undefined,
    reconcile: async () => undefined,
    readKeys: async () => ({ changed: [], count: 0 }),
    refresh: async () => undefined,
    ...more,
  };
}

function startLoop(engine: Engine) {
  const told: string[] = [];
  const errors: object[] = [];
  const ending = new AbortController();
  const loop = createLoop({
    engine,
    report: {
      tell: ({ key }: Outcome) => void told.push(key),
      retain: () => undefined,
      states: () => [],
      violations: () => [],
    },
    gate: createGate({ minMs: 10, maxMs: 20 }),
    sourcesSettled: Promise.resolve(),
    unsettled: () => [],
    resyncMs: 5,
    backoff: { minMs: 5, maxMs: 10 },
    drainMs: 100,
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields) => void errors.push(fields),
    },
    becameVisible: () => undefined,
    judged: () => undefined,
  });
  const ended = loop.run(ending.signal);
  const stop = (): Promise<boolean> => {
    ending.abort();
    return ended;
  };
  return { loop, told, errors, stop };
}

test('an unexpected error about one object is told, and keeps none of the others waiting, turn by turn', async () => {
  const running = startLoop(
    engineWith({
      consider(key) {
        if (key.endsWith('broken')) throw new Error('unexpected');
        return nothing('good');
      },
    }),
  );
  await until('it looked three times', () => running.told.length >= 3);
  expect(new Set(running.told)).toEqual(new Set(['inference-service/llm/good']));
  expect(running.errors.length).toBeGreaterThanOrEqual(3);
  expect(running.errors[0]).toMatchObject({ source: 'inference-service/llm/broken' });
  expect(running.loop.live().ok).toBe(true);
  expect(await running.stop()).toBe(true);
});

test.each<[string, Partial<Engine>]>([
  ['a judgement', { judge: () => Promise.reject(new Error('unexpected')) }],
  ['what is known', { keys: failingLater() }],
])('an unexpected error in %s does not end the loop: the next turn tries again', async (_case, broken) => {
  const running = startLoop(engineWith(broken));
  await until('it failed three times', () => running.errors.length >= 3);
  expect(running.loop.live().ok).toBe(true);
  expect(await running.stop()).toBe(true);
});

/** Good at the start. */
function failingLater(): () => string[] {
  let asked = 0;
  return () => {
    asked += 1;
    if (asked > 1) throw new Error('unexpected');
    return KEYS;
  };
}
