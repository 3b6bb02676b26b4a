import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIST_FIELD, mergeList, readList } from '../../../../src/commands/annotations/merge-list.ts';

describe('keys are put in, and every other byte stays', () => {
  test.each([
    [
      'into a list of several lines, as KServe’s example has it',
      '{\n  "serviceAnnotationDisallowedList": [\n    "my.custom.annotation/1"\n  ],\n  "resource": {\n    "cpuLimit": "1"\n  }\n}\n',
      '{\n  "serviceAnnotationDisallowedList": [\n    "my.custom.annotation/1",\n    "a/1",\n    "b/2"\n  ],\n  "resource": {\n    "cpuLimit": "1"\n  }\n}\n',
    ],
    [
      'into a list on one line',
      '{ "serviceAnnotationDisallowedList": ["x"],\t"z" : 1 }',
      '{ "serviceAnnotationDisallowedList": ["x", "a/1", "b/2"],\t"z" : 1 }',
    ],
    [
      'into an empty list on a line of its own',
      '{\n    "serviceAnnotationDisallowedList": [],\n    "z": 1\n}',
      '{\n    "serviceAnnotationDisallowedList": [\n      "a/1",\n      "b/2"\n    ],\n    "z": 1\n}',
    ],
    [
      'into an empty list on the only line',
      '{"serviceAnnotationDisallowedList":[ ]}',
      '{"serviceAnnotationDisallowedList":["a/1", "b/2"]}',
    ],
    [
      'in the place of null',
      '{\n  "serviceAnnotationDisallowedList": null\n}',
      '{\n  "serviceAnnotationDisallowedList": [\n    "a/1",\n    "b/2"\n  ]\n}',
    ],
    [
      'beside other fields, with their indentation',
      '{\n\t"resource": {"cpuLimit": "1"}\n}',
      '{\n\t"resource": {"cpuLimit": "1"},\n\t"serviceAnnotationDisallowedList": [\n\t  "a/1",\n\t  "b/2"\n\t]\n}',
    ],
    [
      'beside other fields on one line',
      '{"resource": {"cpuLimit": "1"}}',
      '{"resource": {"cpuLimit": "1"}, "serviceAnnotationDisallowedList": ["a/1", "b/2"]}',
    ],
    ['into an empty object', '{}', '{\n  "serviceAnnotationDisallowedList": [\n    "a/1",\n    "b/2"\n  ]\n}'],
    ['where there is no text', undefined, '{\n  "serviceAnnotationDisallowedList": [\n    "a/1",\n    "b/2"\n  ]\n}'],
    [
      'into the field that Go’s reader takes: whatever its case, the last one',
      '{"ServiceAnnotationDisallowedList": ["p"], "serviceannotationdisallowedlist": ["q"]}',
      '{"ServiceAnnotationDisallowedList": ["p"], "serviceannotationdisallowedlist": ["q", "a/1", "b/2"]}',
    ],
    [
      'with braces, quotes and the field’s name inside of texts',
      '{"note": "}]\\" \\"serviceAnnotationDisallowedList\\": [", "serviceAnnotationDisallowedList": ["x]"]}',
      '{"note": "}]\\" \\"serviceAnnotationDisallowedList\\": [", "serviceAnnotationDisallowedList": ["x]", "a/1", "b/2"]}',
    ],
  ])('%s', (_case, before, after) => {
    expect(mergeList(before, ['a/1', 'b/2', 'a/1'])).toEqual({ text: after, added: ['a/1', 'b/2'] });
  });

  test('only what is missing is added, and nothing changes where nothing is', () => {
    const text = `{"${LIST_FIELD}": ["b/2"]}`;
    expect(mergeList(text, ['a/1', 'b/2'])).toEqual({ text: `{"${LIST_FIELD}": ["b/2", "a/1"]}`, added: ['a/1'] });
    expect(mergeList(text, ['b/2'])).toEqual({ text, added: [] });
  });

  test('of whatever JSON: the list is the old one and the keys, all else is as it was', () => {
    const key = fc.stringMatching(/^[a-z]{1,5}\/[a-z]{1,5}$/);
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(
        object,
        fc.option(fc.array(key)),
        fc.array(key),
        fc.constantFrom(0, 1, 2, '\t'),
        (rest, old, keys, space) => {
          fc.pre(!Object.keys(rest).some((name) => name.toLowerCase() === LIST_FIELD.toLowerCase()));
          const before = JSON.stringify(old === null ? rest : { ...rest, [LIST_FIELD]: old }, undefined, space);
          const { text, added } = mergeList(before, keys);
          const after = JSON.parse(text) as Record<string, unknown>;
          expect(readList(text)).toEqual([...(old ?? []), ...added]);
          expect(new Set(readList(text))).toEqual(new Set([...(old ?? []), ...keys]));
          const { [LIST_FIELD]: _, ...others } = after;
          expect(JSON.stringify(others)).toBe(JSON.stringify(JSON.parse(JSON.stringify(rest))));
          expect(mergeList(text, keys)).toEqual({ text, added: [] });
        },
      ),
    );
  });
});

test.each([
  ['no JSON', '{ # a comment\n}', /is no JSON \(comments/],
  ['no object', '["a"]', /is no JSON object/],
  ['a list of other things', `{"${LIST_FIELD}": [1]}`, /no list of texts/],
  ['no list', `{"${LIST_FIELD}": "a"}`, /no list of texts/],
])('%s is refused with the remedy', (_case, text, said) => {
  expect(() => mergeList(text, ['a/1'])).toThrow(said);
  expect(() => mergeList(text, ['a/1'])).toThrow(/kubectl edit/);
});
