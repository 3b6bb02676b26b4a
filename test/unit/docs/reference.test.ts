import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { referencePages } from '../../../scripts/generate-docs.ts';
import { ANNOTATION_PREFIX, ANNOTATIONS } from '../../../src/registration/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

test.each(Object.entries(referencePages()))(
  'docs/reference/%s is what the tables say (else: npm run docs)',
  (file, text) => {
    expect(readFileSync(join(ROOT, 'docs', 'reference', file), 'utf8')).toBe(text);
  },
);

const pages = globSync('{*.md,docs/**/*.md}', { cwd: ROOT });

test.each(pages)('every link of %s leads somewhere', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)#]*)(#[^)]*)?\)/g)];
  for (const [whole, path = '', anchor] of links) {
    const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
    expect(existsSync(target), whole).toBe(true);
    if (anchor) expect(anchorsOf(target), whole).toContain(anchor.slice(1));
  }
});

/** As GitHub makes them from headings. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('docs/annotate.md names every key of the table for KServe’s list', () => {
  const text = readFileSync(join(ROOT, 'docs', 'annotate.md'), 'utf8');
  const listed = [...text.matchAll(/^ +"(model-registrar\.io\/[^"]+)",?$/gm)].map(([, key]) => key);
  expect(listed).toEqual(ANNOTATIONS.map(({ key }) => `${ANNOTATION_PREFIX}${key}`));
});
