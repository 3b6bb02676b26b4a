import { beforeEach, describe, expect, it } from 'vitest';
import { createDepartures } from '../../../src/controller/departures.ts';
import type { Projection } from '../../../src/registration/projection.ts';
import { serving } from './builders.ts';

const KEY = 'inference-service/llm/qwen';
const IGNORED: Projection = { state: 'ignore', names: [], why: 'no annotation' };

let now = 0;

beforeEach(() => {
  now = 0;
});

describe('createDepartures', () => {
  it('tells a deletion that the watch told from an absence that a list showed', () => {
    const departures = createDepartures(() => now);
    departures.note(KEY, serving(), false);
    departures.note(KEY, undefined, false);
    expect(departures.saw(KEY)).toBe(false);
    departures.note(KEY, serving(), true);
    departures.note(KEY, undefined, true);
    expect(departures.saw(KEY)).toBe(true);
  });

  it('an object that is there again has not departed', () => {
    const departures = createDepartures(() => now);
    departures.note(KEY, undefined, true);
    departures.note(KEY, { state: 'hold', names: [], why: 'not Ready' }, false);
    expect(departures.saw(KEY)).toBe(false);
  });

  it('of one that is going, the end may be missed', () => {
    const departures = createDepartures(() => now);
    departures.note(KEY, { state: 'withdraw', names: [], why: 'it is being deleted' }, true);
    departures.note(KEY, undefined, false);
    expect(departures.saw(KEY)).toBe(true);
  });

  it.each([
    ['the watch told that it lost its annotation', [serving(), true], [IGNORED, true], true],
    ['a list showed that it lost its annotation', [serving(), true], [IGNORED, false], false],
    ['it was never ours before our eyes', [IGNORED, false], [IGNORED, true], false],
    ['it says itself that it is not for us', [IGNORED, false], [{ ...IGNORED, optedOut: true }, false], true],
  ] as const)('no longer ours: %s', (_, before, after, saw) => {
    const departures = createDepartures(() => now);
    for (const [projection, witnessed] of [before, after]) departures.note(KEY, projection, witnessed);
    expect(departures.saw(KEY)).toBe(saw);
    expect(departures.ignores(KEY)).toBe(true);
  });

  it('forgets what has had no rows for a while: one list that misses them may lag', () => {
    const departures = createDepartures(() => now);
    departures.note(KEY, undefined, true);
    now += 3_600_000;
    departures.prune((key) => key === KEY);
    departures.prune(() => false);
    expect(departures.saw(KEY)).toBe(true);
    now += 600_000;
    departures.prune(() => false);
    expect(departures.saw(KEY)).toBe(false);
  });

  it('one who has no rows to compare keeps the last ten thousand', () => {
    const departures = createDepartures(() => now);
    const keys = Array.from({ length: 10_001 }, (_, index) => `inference-service/llm/m-${index}`);
    for (const key of keys) departures.note(key, undefined, true);
    expect(keys.filter((key) => !departures.saw(key))).toEqual([keys[0]]);
  });
});
