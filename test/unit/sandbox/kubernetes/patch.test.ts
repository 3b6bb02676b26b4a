import { describe, expect, it } from 'vitest';
import { applyPatch, jsonPatch, mergePatch } from '../../../../src/sandbox/kubernetes/patch.ts';
import { ApiError } from '../../../../src/sandbox/kubernetes/status.ts';

describe('a merge patch', () => {
  // The examples of RFC 7386, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j by %j: %j', (target, patch, expected) => {
    const before = JSON.stringify(target);
    expect(mergePatch(target, patch)).toEqual(expected);
    expect(JSON.stringify(target)).toBe(before);
  });
});

describe('a JSON patch', () => {
  it.each([
    ['add', [{ op: 'add', path: '/b', value: 1 }], { a: [1, 2], b: 1 }],
    ['insert', [{ op: 'add', path: '/a/1', value: 9 }], { a: [1, 9, 2] }],
    ['append', [{ op: 'add', path: '/a/-', value: 9 }], { a: [1, 2, 9] }],
    ['remove', [{ op: 'remove', path: '/a/0' }], { a: [2] }],
    ['replace', [{ op: 'replace', path: '/a/0', value: 'x' }], { a: ['x', 2] }],
    ['copy', [{ op: 'copy', from: '/a', path: '/c' }], { a: [1, 2], c: [1, 2] }],
    ['move', [{ op: 'move', from: '/a', path: '/c' }], { c: [1, 2] }],
    ['test', [{ op: 'test', path: '/a', value: [1, 2] }], { a: [1, 2] }],
  ])('can %s', (_, patch, expected) => {
    const target = { a: [1, 2] };
    expect(jsonPatch(target, patch)).toEqual(expected);
    expect(target).toEqual({ a: [1, 2] });
  });

  it.each([
    [{ op: 'remove', path: '/b' }],
    [{ op: 'replace', path: '/b', value: 1 }],
    [{ op: 'add', path: '/b/c', value: 1 }],
    [{ op: 'add', path: 'b', value: 1 }],
    [{ op: 'add', path: '', value: 1 }],
    [{ op: 'test', path: '/a', value: 2 }],
    [{ op: 'leap', path: '/a' }],
    ['nonsense'],
  ])('that does not fit is refused with 422: %j', (operation) => {
    expect(() => jsonPatch({ a: 1 }, [operation])).toThrow(expect.objectContaining({ code: 422 }));
  });

  it('must be a list', () => {
    expect(() => jsonPatch({}, { op: 'add' })).toThrow(ApiError);
  });
});

describe('an apply', () => {
  it('removes what its manager named before and no longer names, and nothing of others', () => {
    const target = { a: 1, b: { mine: 1, theirs: 2 }, list: [1], c: { only: 'mine' } };
    const before = { a: 1, b: { mine: 1 }, list: [1], c: { only: 'mine' } };
    expect(applyPatch(target, before, { a: 2 })).toEqual({ a: 2, b: { theirs: 2 } });
  });
});
