// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of shells and of Kubernetes, no templates of ours
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandReferences, shellCommands } from '../../../src/sources/shell-words.ts';
import { createVariables } from '../../../src/sources/variables.ts';

/** Any text, with what is seldom in one; fast-check's own `binary` unit takes a second to set up. */
const anyText = fc.string({
  unit: fc.oneof(fc.nat(0x7f), fc.nat(0xffff)).map((code) => String.fromCharCode(code)),
});

const ENVIRONMENT = [
  { name: 'MODEL', value: 'org/model' },
  { name: 'FLAGS', value: ' --a 1  --b=2 ' },
  { name: 'EMPTY', value: '' },
  { name: 'SECRET' },
];

function split(script: string): string[][] {
  return shellCommands(script, createVariables(ENVIRONMENT)).map((words) =>
    words.map(({ text, unresolved }) => (unresolved === undefined ? text : `${text}<${unresolved}>`)),
  );
}

describe('shellCommands', () => {
  it.each<[string, string[][]]>([
    ['', []],
    [' \t\n ', []],
    ['vllm serve x', [['vllm', 'serve', 'x']]],
    [`a 'b c' "d e" f'g'"h"`, [['a', 'b c', 'd e', 'fgh']]],
    [`a '' ""`, [['a', '', '']]],
    [`a "b\\"c\\$d\\e"`, [['a', 'b"c$d\\e']]],
    ['a b\\ c \\"', [['a', 'b c', '"']]],
    ['a \\\n  b \\\n  c', [['a', 'b', 'c']]],
    ['a "b\\\nc"', [['a', 'bc']]],
    ['a b\\', [['a', 'b']]],
    [`a 'b`, [['a', 'b']]],
    ['a "b', [['a', 'b']]],
    ['a # b\nc#d', [['a'], ['c#d']]],
    ['a # b', [['a']]],
    ['a; b && c || d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['(a b)', [['a', 'b']]],
    ['a > out b', [['a', 'b']]],
    ['a 2>&1 b', [['a', 'b']]],
    ['a x2>f b', [['a', 'x2', 'b']]],
    ['a <in >>out; b', [['a'], ['b']]],
    ['a &>/dev/null &', [['a']]],
    ['a > ; b', [['a'], ['b']]],
    ['a $MODEL ${MODEL}s "$MODEL" x$MODEL', [['a', 'org/model', 'org/models', 'org/model', 'xorg/model']]],
    [`a '$MODEL' \\$MODEL`, [['a', '$MODEL', '$MODEL']]],
    ['a $FLAGS b', [['a', '--a', '1', '--b=2', 'b']]],
    ['a "$FLAGS"', [['a', ' --a 1  --b=2 ']]],
    ['a x$FLAGS', [['a', 'x', '--a', '1', '--b=2']]],
    ['a $EMPTY "$EMPTY"', [['a', '']]],
    ['a ${NONE:-d} ${NONE-d} ${MODEL:-d} ${NONE:-}', [['a', 'd', 'd', 'org/model']]],
    ['a ${EMPTY:-d} ${EMPTY-d} b', [['a', 'd', 'b']]],
    ['a ${SECRET:-d} ${SECRET-d}', [['a', '<${SECRET:-d}>', '<${SECRET-d}>']]],
    ['X=$(y); a ${X:-d}', [['a', '<${X:-d}>']]],
    ['a $SECRET b', [['a', '<$SECRET>', 'b']]],
    ['a "x$SECRET"', [['a', 'x<$SECRET>']]],
    ['a ${MODEL%/*} ${#MODEL}', [['a', '<${MODEL%/*}>', '<${#MODEL}>']]],
    ['a $(cat (x) y) b', [['a', '<$(cat (x) y)>', 'b']]],
    ['a `cat x` b', [['a', '<`cat x`>', 'b']]],
    ['a "$(cat x)" "`y`"', [['a', '<$(cat x)>', '<`y`>']]],
    ['a ${MODEL', [['a', 'org/model']]],
    ['a $1 $@ $? $ $% x$', [['a', '<$1>', '<$@>', '<$?>', '$', '$%', 'x$']]],
    ['X=1; a $X', [['a', '1']]],
    ['export X=1 Y="2 3"\na $X "$Y"', [['a', '1', '2 3']]],
    ['export MODEL; a $MODEL', [['a', 'org/model']]],
    ['MODEL=$SECRET; a $MODEL', [['a', '<$MODEL>']]],
    ['MODEL=other a $MODEL', [['MODEL=other', 'a', 'org/model']]],
  ])('%j', (script, commands) => {
    expect(split(script)).toEqual(commands);
  });

  it('never throws, whatever it is given', () => {
    const piece = fc.constantFrom(
      '"',
      "'",
      '\\',
      '$',
      '${',
      '}',
      '$(',
      ')',
      '`',
      ';',
      '>',
      '2',
      '#',
      '\n',
      ' ',
      'a',
      'X=',
      '$X',
    );
    const script = fc.oneof(
      anyText,
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(script, (text) => {
        for (const word of split(text).flat()) expect(typeof word).toBe('string');
      }),
    );
  });

  it('does not grow without end', () => {
    const doubling = Array.from({ length: 60 }, () => 'X=$X$X$X').join(';');
    const words = split(`X=${'x'.repeat(100)};${doubling};a $X`);
    expect(words.flat().join('').length).toBeLessThan(600_000);
  });
});

describe('expandReferences', () => {
  const variables = createVariables(ENVIRONMENT);

  it.each([
    ['plain', { text: 'plain' }],
    ['', { text: '' }],
    ['--m=$MODEL', { text: '--m=org/model' }],
    ['${MODEL}-x', { text: 'org/model-x' }],
    ['"$MODEL"', { text: '"org/model"' }],
    ['$(SECRET)', { text: '$(SECRET)', unresolved: '$(SECRET)' }],
    ['--m=${SECRET}/$NONE', { text: '--m=${SECRET}/$NONE', unresolved: '${SECRET}' }],
    ['cost: 5$', { text: 'cost: 5$' }],
  ])('%s', (argument, word) => {
    expect(expandReferences(argument, variables)).toEqual(word);
  });
});
