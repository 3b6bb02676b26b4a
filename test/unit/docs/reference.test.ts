import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { referencePages } from '../../../scripts/generate-docs.ts';
import { EVENTS } from '../../../src/controller/index.ts';
import { anchorsOf } from '../../support/markdown.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs');

test.each(Object.entries(referencePages()))(
  'docs/reference/%s is what the tables say (else: npm run docs)',
  (file, text) => {
    expect(readFileSync(join(DOCS, 'reference', file), 'utf8')).toBe(text);
  },
);

test('docs/reference holds generated pages alone', () => {
  expect(readdirSync(join(DOCS, 'reference')).toSorted()).toEqual(Object.keys(referencePages()).toSorted());
});

test('docs/troubleshooting.md has a heading for every reason of an Event', () => {
  const anchors = anchorsOf(join(DOCS, 'troubleshooting.md'));
  for (const reason of Object.keys(EVENTS)) expect(anchors).toContain(reason.toLowerCase());
});
