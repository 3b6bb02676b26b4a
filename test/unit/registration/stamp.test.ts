import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/registration/registration.ts';
import { readStamp, STAMP_KEY } from '../../../src/registration/stamp.ts';
import { entry } from './builders.ts';

const whole = (): Record<string, Json> => ({ ...entry().stamp }) as Record<string, Json>;

describe('readStamp', () => {
  it('reads what was written', () => {
    expect(readStamp({ mode: 'chat', [STAMP_KEY]: whole() })).toEqual(entry().stamp);
  });

  it('reads that we set the block', () => {
    expect(readStamp({ [STAMP_KEY]: { ...whole(), blockedByUs: true } })?.blockedByUs).toBe(true);
  });

  it('passes over what a later version may add', () => {
    expect(readStamp({ [STAMP_KEY]: { ...whole(), later: { a: 1 } } })).toEqual(entry().stamp);
  });

  it('finds none where there is none', () => {
    expect(readStamp({})).toBeUndefined();
    expect(readStamp({ id: 'x', mode: 'chat' })).toBeUndefined();
  });

  it.each(['owner', 'source', 'uid', 'hash', 'keys', 'generation', 'since', 'created'])(
    'does not trust a mark without %s',
    (field) => {
      const { [field]: _gone, ...rest } = whole();
      expect(readStamp({ [STAMP_KEY]: rest })).toBeUndefined();
    },
  );

  it.each<[string, Json]>([
    ['owner', ''],
    ['source', ''],
    ['uid', 7],
    ['hash', null],
    ['keys', 'params.model'],
    ['keys', [1]],
    ['generation', 0],
    ['generation', 1.5],
    ['generation', '2'],
    ['since', 'yesterday'],
    ['since', '2026-03-01T12:00:00+01:00'],
    ['created', 1_700_000_000_000],
    ['blockedByUs', 'yes'],
  ])('does not trust a mark whose %s is %j', (field, value) => {
    expect(readStamp({ [STAMP_KEY]: { ...whole(), [field]: value } })).toBeUndefined();
  });

  it.each<Json>([null, 'prod', true, 1, [], {}])('does not trust %j', (mark) => {
    expect(readStamp({ [STAMP_KEY]: mark })).toBeUndefined();
  });
});
