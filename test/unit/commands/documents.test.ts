import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jsonSchemas } from '../../../src/commands/documents.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'docs', 'schemas');

test.each(Object.entries(jsonSchemas()))(
  'docs/schemas/%s is what the program’s schema says (else: npm run docs)',
  (file, text) => {
    expect(readFileSync(join(FOLDER, file), 'utf8')).toBe(text);
  },
);

test('docs/schemas holds nothing else', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(jsonSchemas()).sort());
});
