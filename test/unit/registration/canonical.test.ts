import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, digest, sameValue } from '../../../src/registration/canonical.ts';
import type { Json } from '../../../src/registration/registration.ts';

const json = fc.jsonValue().map((value) => value as Json);

describe('canonical', () => {
  it('sorts keys at every depth, and keeps the order of lists', () => {
    expect(canonical({ b: [{ z: 1, a: 2 }, 'x'], a: null })).toBe('{"a":null,"b":[{"a":2,"z":1},"x"]}');
    expect(canonical([2, 1])).not.toBe(canonical([1, 2]));
  });

  it('takes what is absent for null', () => {
    expect(canonical(undefined)).toBe(canonical(null));
  });

  it('is JSON that holds the value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is the same for every order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonical(reversed)).toBe(canonical(value));
      }),
    );
  });

  it('differs where values differ', () => {
    expect(canonical('1')).not.toBe(canonical(1));
    expect(canonical({ a: [] })).not.toBe(canonical({ a: {} }));
    expect(canonical(['a,b'])).not.toBe(canonical(['a', 'b']));
  });
});

describe('digest', () => {
  it('has the asked-for number of hexadecimal digits', () => {
    expect(digest('x', 8)).toMatch(/^[0-9a-f]{8}$/);
    expect(digest('x', 16)).toMatch(/^[0-9a-f]{16}$/);
    expect(digest('x', 16).startsWith(digest('x', 8))).toBe(true);
  });

  it('never changes: ids in LiteLLM are made of it', () => {
    expect(digest(['prod', 'inference-service', 'llm', 'qwen', 'uid-1', 'qwen'], 8)).toBe('1a793ae4');
  });
});

describe('sameValue', () => {
  it.each<[Json | undefined, Json]>([
    ['8192', 8192],
    ['0.5', 0.5],
    ['true', true],
    [
      { b: 1, a: 2 },
      { a: 2, b: 1 },
    ],
    [undefined, null],
  ])('takes %j for %j', (held, wanted) => {
    expect(sameValue(held, wanted)).toBe(true);
  });

  it.each<[Json | undefined, Json]>([
    [8192, '8192'],
    ['8192.0', 8192],
    ['True', true],
    [undefined, false],
    [undefined, ''],
    ['{"a":1}', { a: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
  ])('does not take %j for %j', (held, wanted) => {
    expect(sameValue(held, wanted)).toBe(false);
  });
});
