import { describe, expect, it } from 'vitest';
import { lastFlag, readFlags } from '../../../src/sources/flags.ts';

const read = (line: string) => readFlags(line.split(' ').map((text) => ({ text })));
const values = (line: string, name: string) =>
  read(line)
    .get(name)
    ?.values.map(({ text }) => text);

describe('readFlags', () => {
  it.each([
    ['serve x --a=1', 'a', ['1']],
    ['--a 1 2 -b 3', 'a', ['1', '2']],
    ['--a 1 2 -b 3', 'b', ['3']],
    ['--max_model_len 5', 'max-model-len', ['5']],
    ['--a=1 2', 'a', ['1']],
    ['--a --b', 'a', []],
    ['--a -1', 'a', ['-1']],
    ['--a 1 --a 2', 'a', ['2']],
    ['--a=x=y', 'a', ['x=y']],
    ['--a=', 'a', ['']],
    ['serve x', 'x', undefined],
    ['--constructor x', 'toString', undefined],
  ])('%s: %s', (line, name, expected) => {
    expect(values(line, name)).toEqual(expected);
  });

  it('keeps what is unresolved', () => {
    expect(readFlags([{ text: '--a=$(B)', unresolved: '$(B)' }]).get('a')).toEqual({
      written: '--a',
      values: [{ text: '$(B)', unresolved: '$(B)' }],
      at: 0,
    });
  });
});

describe('lastFlag', () => {
  it('takes the later of two spellings', () => {
    expect(lastFlag(read('--max-length 1 --max-model-len 2'), ['max-model-len', 'max-length'])?.written).toBe(
      '--max-model-len',
    );
    expect(lastFlag(read('--max_model_len 2 --max_length 1'), ['max-model-len', 'max-length'])?.written).toBe(
      '--max_length',
    );
    expect(lastFlag(read('--x 1'), ['max-length'])).toBeUndefined();
  });
});
