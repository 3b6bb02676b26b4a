import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, linksOf } from '../../support/markdown.ts';
import { isShown, scriptsOf } from '../../support/page-scripts.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A page that is longer is two. */
const LONGEST = 150;

const pages = globSync('{*.md,docs/**/*.md}', { cwd: ROOT });

test.each(pages)('every link of %s leads somewhere', (page) => {
  for (const { whole, path, anchor } of linksOf(join(ROOT, page))) {
    const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
    expect(existsSync(target), whole).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(target), whole).toContain(anchor);
  }
});

test.each(pages.filter((page) => !page.startsWith('docs/reference/')))('%s is short enough to be read', (page) => {
  expect(readFileSync(join(ROOT, page), 'utf8').split('\n').length).toBeLessThanOrEqual(LONGEST + 1);
});

test.each(pages)('every shell block of %s runs in the end-to-end tests, or says why it cannot', (page) => {
  for (const { line, text, notRun } of scriptsOf(join(ROOT, page))) {
    if (notRun === undefined) expect(text, `line ${line} holds no command`).not.toBe('');
    else expect(notRun, `line ${line}`).toMatch(/\w+ \w+/);
  }
});

test('every page of docs is in docs/README.md', () => {
  const listed = linksOf(join(ROOT, 'docs', 'README.md')).map(({ path }) => join('docs', path));
  const wanted = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
  expect(wanted.filter((page) => !listed.includes(page))).toEqual([]);
});

test('every runbook that an alert links to is a heading of a page', () => {
  const texts = globSync('manifests/**/*.yaml', { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8'));
  for (const text of texts) {
    for (const [link, page = '', anchor = ''] of text.matchAll(/runbook_url: *\S*?\/(docs\/[\w/-]+\.md)#(\S+)/g)) {
      expect(anchorsOf(join(ROOT, page)), link).toContain(anchor.replace(/["']$/, ''));
    }
  }
});

test.each([
  ['Plan: 3 to create, … looked at.', 'Plan: 12 to create, 0 to change. 3 objects looked at.', true],
  ['  Normal  Registered  2s  model-registrar', 'Normal   Registered  14s   model-registrar  LiteLLM serves', true],
  ['Plan: (all)', 'Plan: all', false],
  ['max_tokens: 1 → 2', 'max_tokens: 1', false],
])('%s stands in %s: %s', (line, output, expected) => {
  expect(isShown(line, output)).toBe(expected);
});
