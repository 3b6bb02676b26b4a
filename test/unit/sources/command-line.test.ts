import { describe, expect, it } from 'vitest';
import { commandLine, splitFlags } from '../../../src/sources/command-line.ts';
import { createVariables } from '../../../src/sources/variables.ts';

const variables = () => createVariables([{ name: 'MODEL', value: 'org/model' }, { name: 'SECRET' }]);

function read(command: string[], args: string[] = []) {
  const { words, script } = commandLine(command, args, variables());
  return { words: words.map(({ text }) => text), script };
}

describe('commandLine', () => {
  it.each<[string, string[], string[], string[]]>([
    ['as it is', ['vllm', 'serve'], ['$(MODEL)', '--a', 'b c'], ['vllm', 'serve', 'org/model', '--a', 'b c']],
    ['a flag and its value in one text', [], ['--a b', '--c'], ['--a', 'b', '--c']],
    ['all flags in one text', [], [' --a=b --c d '], ['--a=b', '--c', 'd']],
    ['lines of flags in one text', [], ['--a=b\n--c d\n'], ['--a=b', '--c', 'd']],
    ['a command in one text', ['vllm serve x --a b'], [], ['vllm', 'serve', 'x', '--a', 'b']],
    ['a command in the arguments', [], ['vllm serve "x" --a b'], ['vllm', 'serve', 'x', '--a', 'b']],
    ['a value with spaces', [], ['--a=b c'], ['--a=b c']],
    ['a value with spaces among others', [], ['--a=b --c', '--d'], ['--a=b --c', '--d']],
    ['no shell', ['python', '-c', 'print(1)'], [], ['python', '-c', 'print(1)']],
    ['a short flag c of no shell', [], ['-c', '4096'], ['-c', '4096']],
    ['a shell without script', ['bash'], ['start.sh', '-c', 'x y'], ['bash', 'start.sh', '-c', 'x y']],
    ['a shell whose script is missing', ['sh', '-c'], [], ['sh', '-c']],
  ])('%s', (_, command, args, words) => {
    expect(read(command, args)).toEqual({ words, script: false });
  });

  it.each<[string, string[], string[], string[]]>([
    ['sh -c', ['sh', '-c', 'vllm serve x --a "b c"'], [], ['vllm', 'serve', 'x', '--a', 'b c']],
    [
      'bash -lc with the script in the arguments',
      ['/bin/bash', '-lc'],
      ['exec vllm serve $MODEL'],
      ['vllm', 'serve', 'org/model'],
    ],
    [
      'options before',
      ['tini', '--', 'bash', '-eu', '-o', 'pipefail', '-c', 'vllm serve x'],
      [],
      ['vllm', 'serve', 'x'],
    ],
    ['options that hold the c', ['bash', '-euxo', 'pipefail', '-c', 'vllm serve x'], [], ['vllm', 'serve', 'x']],
    ['only arguments', [], ['-c', 'vllm serve x'], ['vllm', 'serve', 'x']],
    [
      'the command that is a server',
      ['sh', '-c', 'pip install a && vllm serve x & sleep 5'],
      [],
      ['vllm', 'serve', 'x'],
    ],
    ['the last server', ['sh', '-c', 'vllm serve x; vllm serve y'], [], ['vllm', 'serve', 'y']],
    [
      'the last command',
      ['sh', '-c', 'cd /app; python serve.py --model x'],
      [],
      ['python', 'serve.py', '--model', 'x'],
    ],
    ['words before', ['sh', '-c', 'A=1 exec env B=2 nohup vllm serve x'], [], ['vllm', 'serve', 'x']],
    ['a branch', ['sh', '-c', 'if [ -f x ]; then vllm serve x; fi'], [], ['vllm', 'serve', 'x']],
    ['a shell in a shell', ['sh', '-c', `bash -c 'vllm serve "x"'`], [], ['vllm', 'serve', 'x']],
    ['parameters', ['sh', '-c', 'exec "$@"', '--'], ['vllm', 'serve', 'x y'], ['vllm', 'serve', 'x y']],
    ['parameters, put in place once', ['sh', '-c', 'vllm serve $@ $@', '--', 'x'], [], ['vllm', 'serve', 'x']],
    ['variables of the script', ['sh', '-c', 'export M=x\nvllm serve $M'], [], ['vllm', 'serve', 'x']],
    ['a script of nothing', ['sh', '-c', ''], [], []],
    ['words without a command', ['sh', '-c', 'exec A=1'], [], []],
  ])('script: %s', (_, command, args, words) => {
    expect(read(command, args)).toEqual({ words, script: true });
  });

  it('is done in time with a long option', () => {
    const option = `-${'c'.repeat(200_000)}!`;
    expect(read(['sh', option], ['x y'])).toEqual({ words: ['sh', option, 'x y'], script: false });
  });

  it('follows scripts in scripts only so far', () => {
    expect(read(['sh', '-c', `sh -c "sh -c 'sh -c x'"`]).words).toEqual(['sh', '-c', 'x']);
  });

  it('marks what is not known', () => {
    expect(commandLine(['a'], ['--b=$(SECRET)', '{{.Labels.x}}', '{{ not a field }}'], variables()).words).toEqual([
      { text: 'a' },
      { text: '--b=$(SECRET)', unresolved: '$(SECRET)' },
      { text: '{{.Labels.x}}', unresolved: '{{.Labels.x}}' },
      { text: '{{ not a field }}', unresolved: '{{ not a field }}' },
    ]);
    // The first reason is kept.
    expect(commandLine([], ['$(SECRET){{.Labels.x}}'], variables()).words[0]?.unresolved).toBe('$(SECRET)');
  });
});

it('splitFlags takes a text of flags apart', () => {
  expect(splitFlags(`--a 'b c' --d=$MODEL`, variables())).toEqual([
    { text: '--a' },
    { text: 'b c' },
    { text: '--d=org/model' },
  ]);
});
