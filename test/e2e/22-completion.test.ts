import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needShell, type Shell } from '../bed/build/index.ts';
import { describeOffers } from '../support/completion-offers.ts';
import { runProgram } from './program.ts';

const run = promisify(execFile);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

let folder: string;
let fish: Shell;
let zsh: Shell;

beforeAll(async () => {
  fish = await needShell('fish', progress);
  zsh = await needShell('zsh', progress);
  folder = await mkdtemp(join(tmpdir(), 'model-registrar-'));
  await writeFile(join(folder, 'bash'), '');
  for (const shell of ['fish', 'zsh']) {
    const { code, stdout } = await runProgram(['completion', shell]);
    expect(code).toBe(0);
    await writeFile(join(folder, shell), stdout);
  }
});

afterAll(() => rm(folder, { recursive: true }));

describe('22: completion in fish', () => {
  describeOffers(async (words) => {
    const line = ['model-registrar', ...words].join(' ');
    // One that is not installed does not find its own functions.
    const functions = fish.folder ? `set -p fish_function_path '${fish.folder}/usr/share/fish/functions'; ` : '';
    const lines = `${functions}source '${join(folder, 'fish')}'; complete -C '${line}'`;
    const env = { ...fish.env, HOME: folder };
    const { stdout } = await run(fish.path, ['-c', lines], { cwd: folder, env });
    return stdout.split('\n').flatMap((text) => (text === '' ? [] : [text.replace(/\t.*/, '')]));
  });
});

test('22: the completion for zsh is a script of zsh', async () => {
  await run(zsh.path, ['-n', join(folder, 'zsh')], { env: zsh.env });
  await writeFile(join(folder, 'broken'), 'if then (\n');
  await expect(run(zsh.path, ['-n', join(folder, 'broken')], { env: zsh.env })).rejects.toThrow('parse error');
});
