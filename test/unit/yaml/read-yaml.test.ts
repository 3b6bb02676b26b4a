import { expect, test } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../../../src/yaml/index.ts';

const schema = z.strictObject({
  items: z.array(z.strictObject({ name: z.string('must be text'), size: z.int('must be a whole number').optional() })),
});

function problems(text: string): string[] {
  const read = readYaml(text, schema, 'some.yaml');
  return 'problems' in read ? read.problems : [];
}

test('what is right is read', () => {
  expect(readYaml('items:\n  - name: a\n', schema, 'some.yaml')).toMatchObject({ value: { items: [{ name: 'a' }] } });
});

test('each wrong value is told with the line on which it stands, and without the value', () => {
  expect(problems('items:\n  - name: a\n    size: sk-secret\n  - name: 4\n')).toEqual([
    'some.yaml:3: items[0].size must be a whole number',
    'some.yaml:4: items[1].name must be text',
  ]);
});

test('a value that is missing is told at what it would stand in', () => {
  expect(problems('items:\n  - name: a\n  - size: 1\n')).toEqual(['some.yaml:3: items[1].name must be text']);
});

test('a key that is not known is told where it stands', () => {
  expect(problems('items:\n  - name: a\n    colour: red\n')).toEqual(['some.yaml:3: items[0].colour is not known']);
});

test('what is no YAML, and a repeated key, are told with their line, and not repeated', () => {
  expect(problems('items:\n  - name: "sk-secret\n')).toEqual([
    expect.stringMatching(/^some\.yaml:\d: it is not YAML \(/),
  ]);
  expect(problems('items: []\nitems: []\n')).toEqual(['some.yaml:2: it is not YAML (DUPLICATE_KEY)']);
  expect(problems('items:\n  - name: "sk-secret\n').join()).not.toContain('sk-secret');
});

test('aliases that would grow without end are refused', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefg'.split('').map((key, i) => `${key}: &${key} [${Array<string>(9).fill(`*${'abcdef'[i]}`).join()}]`),
  ];
  expect(problems(bomb.join('\n'))).toEqual([expect.stringContaining('it is not YAML')]);
});

test('an empty file has the first line', () => {
  expect(problems('')).toEqual([expect.stringMatching(/^some\.yaml:1: the file /)]);
});

test.each([
  'items:\n  - notes: a: canary\n',
  'items: "a" "canary"\n',
  'items: *canary\n',
  'items:\n  ? { canary: 1 }\n  : 2\n',
  'items:\n  - name: a\n    "canary key!": 1\n',
  'items: {canary\n',
  '- canary: [\n',
  'items: !!canary x\n',
  '%canary\n---\nitems: []\n',
])('what stands in the file is in no problem, and nothing is printed beside: %j', (text) => {
  const warned: unknown[] = [];
  const listener = (warning: unknown) => void warned.push(warning);
  process.on('warning', listener);
  const found = problems(text);
  process.off('warning', listener);
  expect(found.length).toBeGreaterThan(0);
  expect(found.join()).not.toContain('canary');
  expect(warned).toEqual([]);
});

test('the line of a value is known', () => {
  const read = readYaml('items:\n  - name: a\n    size: 2\n', schema, 'some.yaml');
  expect('value' in read && read.lineOf(['items', 0, 'size'])).toBe(3);
});
