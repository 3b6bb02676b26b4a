import { expect, test } from 'vitest';
import { cut, layoutOf, wrap, wrapCommand } from '../../../src/commands/sandbox/text.ts';

test('text is broken at spaces; a word that is too long stands alone', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('see http://example.com/long now', 8)).toEqual(['see', 'http://example.com/long', 'now']);
  expect(wrap('', 8)).toEqual(['']);
});

test('a command is broken between its parts, so that the shell puts it together again', () => {
  expect(wrapCommand(['curl -s x', "-H 'a: b'", '-d y'], 80)).toEqual(["curl -s x -H 'a: b' -d y"]);
  expect(wrapCommand(['curl -s x', "-H 'a: b'", '-d y'], 18)).toEqual(['curl -s x \\', "  -H 'a: b' -d y"]);
});

test('what is too long is cut with an ellipsis', () => {
  expect(cut('abcdef', 6)).toBe('abcdef');
  expect(cut('abcdef', 4)).toBe('abc…');
});

test.each([
  ['a terminal', { isTTY: true, columns: 90 }, {}, { width: 90, colours: true }],
  ['a very wide terminal', { isTTY: true, columns: 400 }, {}, { width: 140, colours: true }],
  ['NO_COLOR', { isTTY: true, columns: 90 }, { NO_COLOR: '1' }, { width: 90, colours: false }],
  ['a dumb terminal', { isTTY: true, columns: 90 }, { TERM: 'dumb' }, { width: 90, colours: false }],
  ['a pipe', {}, { FORCE_COLOR: '1' }, { width: 100, colours: false }],
])('the layout for %s', (_, screen, environment, layout) => {
  expect(layoutOf(screen, environment)).toEqual(layout);
});
