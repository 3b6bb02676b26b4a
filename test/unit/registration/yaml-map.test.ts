import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYamlMap } from '../../../src/registration/yaml-map.ts';

describe('readYamlMap', () => {
  it.each([
    ['rpm: 600\ntpm: 1e5', { rpm: 600, tpm: 100_000 }],
    ['{"rpm": 600, "list": ["a", 1, true]}', { rpm: 600, list: ['a', 1, true] }],
    ['text: "no"\nplain: no', { text: 'no', plain: 'no' }],
    ['a: {b: {c: null}}', { a: { b: { c: null } } }],
    ['', {}],
    ['# nothing', {}],
  ])('reads %j', (text, values) => {
    expect(readYamlMap(text)).toEqual({ values });
  });

  it.each([
    ['a list', '- a', /no YAML map/],
    ['a text', 'os.environ/canary', /no YAML map/],
    ['an anchor', 'a: &x canary', /an anchor or an alias/],
    ['an alias', 'a: &x canary\nb: *x', /an anchor or an alias/],
    ['a tag', 'a: !!binary canary', /a tag/],
    ['a tag of somebody', 'a: !canary 1', /no YAML that can be read|a tag/],
    ['a key twice', 'rpm: 1\nrpm: 2', /a key stands in it twice/],
    ['a key twice further in', 'a: {canary: 1, "canary": 2}', /a key stands in it twice/],
    ['__proto__ twice', '__proto__: 1\n__proto__: 2', /a key stands in it twice/],
    ['a mistake in the second line', 'rpm: 1\ncanary: "', /no YAML that can be read \(MISSING_CHAR in line 2\)/],
    ['a key that is a map', '{canary: 1}: 2', /a key of it is no text/],
    ['a key that is a number', '1: canary', /a key of it is no text/],
    ['several documents', 'a: 1\n---\nb: 2', /no YAML that can be read/],
    ['broken quotes', 'a: "canary', /no YAML that can be read/],
    ['hundreds of brackets', `a: ${'[[],'.repeat(100)}`, /more than 128 brackets/],
    ['hundreds of lines', 'a: 1\n'.repeat(600), /more than 512 lines/],
    ['brackets without end', '['.repeat(100), /no YAML that can be read/],
    ['a quarter of a megabyte', `a: ${'x'.repeat(250_000)}`, /longer than 8192 characters/],
    [
      'a bomb',
      [
        'a: &a [x,x]',
        ...Array.from('bcdefghijk').map((key, at) => `${key}: &${key} [${`*${'abcdefghij'[at]},`.repeat(9)}]`),
      ].join('\n'),
      /an anchor or an alias/,
    ],
  ])('refuses %s, without repeating it', (_, text, problem) => {
    const read = readYamlMap(text);
    expect(read).toEqual({ problem: expect.stringMatching(problem) });
    expect(JSON.stringify(read)).not.toContain('canary');
  });

  it('leaves a merge key a plain key', () => {
    expect(readYamlMap('<<: {a: 1}')).toEqual({ values: { '<<': { a: 1 } } });
  });

  it('takes __proto__ for a key like others', () => {
    const read = readYamlMap('__proto__: {polluted: true}');
    expect('values' in read && Object.keys(read.values)).toEqual(['__proto__']);
    expect({}).not.toHaveProperty('polluted');
  });

  it('never throws', () => {
    const unit = fc.constantFrom(...Array.from('ab:&*!|>-[]{},"\'#%@`?<\n \t\0\\'));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        expect(() => readYamlMap(text)).not.toThrow();
      }),
    );
  });

  it('reads whatever JSON holds', () => {
    const values = fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(values, (wanted) => {
        const read = readYamlMap(JSON.stringify(wanted));
        // YAML has no line separators and controls in plain sight; JSON.stringify leaves some.
        if ('values' in read)
          expect(JSON.parse(JSON.stringify(read.values))).toEqual(JSON.parse(JSON.stringify(wanted)));
      }),
    );
  });
});
