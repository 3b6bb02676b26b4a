// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of shells and of Kubernetes, no templates of ours
import { expect, it } from 'vitest';
import { scriptPieces } from '../../../src/sources/script-pieces.ts';

const words = (script: string) =>
  scriptPieces(script)
    .filter(({ kind }) => kind === 'word')
    .map(({ text, quote }) => (quote ? `${quote}: ${text}` : text));

it.each([
  ['a  b\tc', ['a', 'b', 'c']],
  [`a 'b c' "d e"f g"h i"`, ['a', `': 'b c'`, '"d e"f', 'g"h i"']],
  [`a "b \\" 'c" d`, ['a', `": "b \\" 'c"`, 'd']],
  [`a 'b "c`, ['a', `': 'b "c`]],
  ['a "b c', ['a', '": "b c']],
  ['a; b && (c | d)\ne >f', ['a', 'b', 'c', 'd', 'e', 'f']],
  ['a b\\ c \\\n d\\\ne', ['a', 'b\\ c', 'd\\\ne']],
  ['a # b c\nd#e', ['a', 'd#e']],
  ['a $(B) x$(c "d" (e) f)y "`g h`"', ['a', '$(B)', 'x$(…)y', '": "`…`"']],
  ['a $(b c', ['a', '$(…)']],
  ['a ${B:-c d} $e', ['a', '${B:-c d}', '$e']],
  ['a x-{{ .Labels.b }}-y {{ c', ['a', 'x-{{ .Labels.b }}-y', '{{', 'c']],
  ['', []],
])('%j', (script, expected) => {
  expect(words(script)).toEqual(expected);
});

it('together the pieces are the script', () => {
  const script = `export A="b c" && \\\n  vllm serve 'm' --x $A 2>&1 | tee \${OUT} & `;
  const pieces = scriptPieces(script);
  expect(pieces.map(({ text }) => text).join('')).toBe(script);
  expect(pieces.filter(({ kind }) => kind === 'end').map(({ text }) => text)).toEqual(['&', '&', '>', '&', '|', '&']);
});
