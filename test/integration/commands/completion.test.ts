import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { createProgram } from '../../../src/commands/program.ts';
import { runProgram } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'model-registrar-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scripts = Object.fromEntries(
  await Promise.all(
    ['bash', 'zsh', 'fish'].map(async (shell) => {
      const { code, stdout, stderr } = await runProgram('completion', shell);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const file = join(folder, shell);
      writeFileSync(file, stdout);
      return [shell, file] as const;
    }),
  ),
);

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
const run = promisify(execFile);

/** What is offered for the last of these words; the shell splits as it does at a prompt. */
const OFFERS: Record<string, (words: string[]) => Promise<string[]>> = {
  async bash(words) {
    const set = `COMP_WORDS=(model-registrar ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`;
    const lines = `source '${scripts.bash}'; ${set}; _model_registrar; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return offered((await run('bash', ['-c', lines], { cwd: folder })).stdout);
  },
  async fish(words) {
    const line = ['model-registrar', ...words].join(' ').replaceAll(' = ', '=');
    const { stdout } = await run('fish', ['-c', `source '${scripts.fish}'; complete -C '${line}'`], { cwd: folder });
    return offered(stdout).map((text) => text.replace(/\t.*/, ''));
  },
};

function offered(stdout: string): string[] {
  return stdout.split('\n').filter((line) => line !== '');
}

const commands = createProgram(() => undefined).commands.map((command) => command.name());

describe.each(Object.keys(OFFERS))('completion in %s', (shell) => {
  const offers = OFFERS[shell] ?? (async () => []);
  const it = test.skipIf(!has(shell));

  it('of commands', async () => {
    expect(await offers([''])).toEqual(expect.arrayContaining(commands));
    expect(await offers(['expl'])).toEqual(['explain']);
  });

  it('of the flags of a command, and of no other', async () => {
    const flags = await offers(['plan', '--']);
    expect(flags).toEqual(expect.arrayContaining(['--litellm-url', '--output', '--config', '--help']));
    expect(flags).not.toContain('--listen');
    expect(await offers(['run', '--lis'])).toEqual(['--listen']);
  });

  it('of values, of arguments and of files', async () => {
    expect((await offers(['plan', '--output', ''])).toSorted()).toEqual(['json', 'table']);
    expect((await offers(['plan', '-o', 'j'])).toSorted()).toEqual(['json']);
    expect(await offers(['run', '--policy', 'up'])).toEqual(['upsert-only']);
    expect(await offers(['run', '--dry-run', '--selection', 'a'])).toEqual(
      expect.arrayContaining(['all', 'annotated']),
    );
    expect((await offers(['completion', 'f'])).toSorted()).toEqual(['fish']);
    expect(await offers(['explain', '-f', 'ba'])).toEqual(['bash']);
  });
});

test.skipIf(!has('bash'))(
  'completion in bash of --flag=value, which arrives as three words, and of nothing where anything may stand',
  async () => {
    const offers = OFFERS.bash ?? (async () => []);
    expect(await offers(['plan', '--output', '='])).toEqual(['table', 'json']);
    expect(await offers(['plan', '--output', '=', 'j'])).toEqual(['json']);
    expect(await offers(['plan', '--owner-id', ''])).toEqual([]);
  },
);

test.skipIf(!has('zsh'))('the completion for zsh is a script of zsh', async () => {
  await run('zsh', ['-n', scripts.zsh ?? '']);
});

test('a shell that is not known is refused with those that are', async () => {
  const { code, stderr } = await runProgram('completion', 'tcsh');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('bash, zsh, fish') });
});
