import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenes } from '../../../src/commands/sandbox/scenes.ts';
import { folderIn, startSandbox } from './program.ts';

test('--once plays every scene, in plain text, and ends with 0; the log goes to standard error', async () => {
  const { code, stdout, stderr } = await startSandbox('--once', '--log-level', 'info').ended;

  expect(code).toBe(0);
  expect(stderr).toContain('"msg":"model changed in LiteLLM"');
  expect(stderr).not.toContain('sk-sandbox');
  expect(stdout).not.toContain('"msg"');
  const told = scenes.map(({ title }, at) => `${at + 1}/${scenes.length}  ${title} `);
  const headings = stdout.split('\n').flatMap((line) => /^\d+\/\d+ {2}[^─]+/.exec(line)?.[0] ?? []);
  expect(headings).toEqual(told);
  expect(stdout).toContain(`All ${scenes.length} scenes came out as told`);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).not.toContain('Look around');
  const folder = folderIn(stdout) ?? '';
  expect(folder).toContain('model-registrar-sandbox-');
  expect(existsSync(folder)).toBe(false);
}, 60_000);
