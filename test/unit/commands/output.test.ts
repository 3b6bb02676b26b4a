import { expect, test } from 'vitest';
import { alignColumns, counted } from '../../../src/commands/output.ts';

test('columns begin at the same place; colours and the last column do not count, and nothing is cut', () => {
  const long = 'x'.repeat(300);
  expect(
    alignColumns([
      ['a', 'b', 'c'],
      [long, '', 'ü'],
      ['\u001b[31müü\u001b[39m', 'second', long],
    ]),
  ).toEqual([
    `a${' '.repeat(301)}b       c`,
    `${long}          ü`,
    `\u001b[31müü\u001b[39m${' '.repeat(300)}second  ${long}`,
  ]);
  expect(alignColumns([])).toEqual([]);
});

test('one thing, and several', () => {
  expect([counted(0, 'model'), counted(1, 'model'), counted(2, 'model')]).toEqual(['0 models', '1 model', '2 models']);
});
