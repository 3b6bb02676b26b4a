import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PAGE = join(ROOT, 'docs', 'reliability.md');

/** The cells of all rows of the page's tables, without heads. */
const rows = readFileSync(PAGE, 'utf8')
  .split('\n')
  .filter((line, index, all) => line.startsWith('| ') && !all[index + 1]?.startsWith('|-'))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );

describe('docs/reliability.md', () => {
  test('has rows', () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  test.each(rows.map((cells) => ({ fault: cells[0] ?? '', cells })))('$fault: its tests are there', ({ cells }) => {
    for (const one of (cells.at(-1) ?? '').split('<br>')) {
      const [, file = '', name = ''] = /^\[[\w-]+\]\(\.\.\/(test\/[^)]+\.test\.ts)\): (.+)$/.exec(one) ?? [];
      const path = join(ROOT, file);
      expect(file !== '' && existsSync(path), one).toBe(true);
      const found = titlesIn(path).some((title) => isNamed(name.replaceAll('\\', ''), title, textsOf(path)));
      expect(found, `${one}: no test has that title`).toBe(true);
    }
  });

  test.each([
    ['the leader is killed', 'the leader is killed: the other takes over', true],
    ['answers 500 to watches', 'answers %i to watches', true],
    ['answers 404 to watches', 'answers %i to watches', false],
    ['one place: shows', '$place: shows', true],
    ['no place: shows', '$place: shows', false],
    ['the leader is killed twice', 'the leader is killed: the other takes over', false],
    ['killed: the other', 'the leader is killed: the other takes over', false],
  ])('%j names the test %j: %s', (name, title, expected) => {
    expect(isNamed(name, title, 'each([500, 429]), one place')).toBe(expected);
  });
});

/** The titles of a file's tests, without their numbers: texts that stand first among arguments. */
function titlesIn(path: string): string[] {
  const titles = readFileSync(path, 'utf8').matchAll(/\(\s*(['"`])(?:\d+: )?((?:(?!\1)[^\n])+)\1,/g);
  return [...titles].map(([, , title = '']) => title);
}

/** A test file, and what it imports of other test code: there stand the cases of its tables. */
function textsOf(path: string): string {
  const text = readFileSync(path, 'utf8');
  const imported = [...text.matchAll(/from '(\.[^']*\.ts)'/g)].map(([, from = '']) => join(dirname(path), from));
  return [text, ...imported.map((file) => readFileSync(file, 'utf8'))].join('\n');
}

/** Whether a name is a title's beginning, or the whole of one that leaves something open (`%s`, `$name`, `${…}`), which has to stand in the texts. */
function isNamed(name: string, title: string, texts: string): boolean {
  if (title.startsWith(name)) return true;
  const [first = '', ...others] = title.split(/%[a-z]|\$\{[^}]*\}|\$\w+(?:\.\w+)*/);
  if (others.length === 0 || !name.startsWith(first)) return false;
  let rest = name.slice(first.length);
  for (const part of others) {
    const at = part === '' ? rest.length : rest.indexOf(part);
    if (at < 0 || !texts.includes(rest.slice(0, at))) return false;
    rest = rest.slice(at + part.length);
  }
  return rest === '';
}
