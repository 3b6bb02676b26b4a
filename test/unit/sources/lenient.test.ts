import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { list, part, text } from '../../../src/sources/lenient.ts';

const schema = z.object({ t: text, p: part({ inner: text, deep: part({ t: text }) }), l: list(z.string()) });

describe('lenient parts', () => {
  it('takes what fits, and drops what is not named', () => {
    expect(schema.parse({ t: 'a', p: { inner: 'b', other: 1, deep: { t: 'c' } }, l: ['d'], more: 1 })).toEqual({
      t: 'a',
      p: { inner: 'b', deep: { t: 'c' } },
      l: ['d'],
    });
  });

  it.each([null, 1, true, 'x', [], {}])('takes %j anywhere without a complaint', (value) => {
    expect(schema.parse({ t: value, p: value, l: value }).l).toEqual([]);
    expect(schema.parse({ p: { inner: value, deep: value } }).p).toBeDefined();
  });

  it('drops only the elements of a list that do not fit', () => {
    expect(schema.parse({ l: ['a', 1, null, 'b'] }).l).toEqual(['a', 'b']);
  });

  it('takes the absence of everything', () => {
    expect(schema.parse({})).toEqual({ l: [] });
  });
});
