import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesAny, matchesPattern } from '../../../src/registration/pattern.ts';

describe('a pattern', () => {
  it.each([
    ['llama3.2', 'llama3.2', true],
    ['llama3.2', 'llama3x2', false],
    ['llama*', 'llama3.2:3b', true],
    ['llama*', 'my-llama', false],
    ['*embed*', 'nomic-embed-text', true],
    ['*embed*', 'embed', true],
    ['*-test', 'a-test-test', true],
    ['*-test', 'a-tests', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['Qwen/*', 'Qwen/Qwen3-8B', true],
  ])('%j, of %j: %s', (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it('means what the regular expression would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 }), (pattern, text) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
    );
  });

  it('does not take long, however many stars it has', () => {
    expect(matchesPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(5_000))).toBe(false);
  });

  it('may be one of several', () => {
    expect(matchesAny(['a*', 'b*'], 'bc')).toBe(true);
    expect(matchesAny([], 'bc')).toBe(false);
  });
});
