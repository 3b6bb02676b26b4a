import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { describeOffers } from '../../support/completion-offers.ts';
import { runProgram } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'model-registrar-'));
afterAll(() => rmSync(folder, { recursive: true }));

const script = join(folder, 'bash');
const { code, stdout } = await runProgram('completion', 'bash');
writeFileSync(script, stdout);
const run = promisify(execFile);

/** What is offered for the last of these words; the shell splits as it does at a prompt. */
async function offers(words: string[]): Promise<string[]> {
  const set = `COMP_WORDS=(model-registrar ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`;
  const lines = `source '${script}'; ${set}; _model_registrar; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const said = await run('bash', ['-c', lines], { cwd: folder });
  return said.stdout.split('\n').filter((line) => line !== '');
}

test('bash gets a script', () => {
  expect(code).toBe(0);
});

describe('completion in bash', () => {
  describeOffers(offers);

  test('of --flag=value, which arrives as three words, and of nothing where anything may stand', async () => {
    expect(await offers(['plan', '--output', '='])).toEqual(['table', 'json']);
    expect(await offers(['plan', '--output', '=', 'j'])).toEqual(['json']);
    expect(await offers(['plan', '--owner-id', ''])).toEqual([]);
  });
});

test('a shell that is not known is refused with those that are', async () => {
  const { code, stderr } = await runProgram('completion', 'tcsh');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('bash, zsh, fish') });
});
