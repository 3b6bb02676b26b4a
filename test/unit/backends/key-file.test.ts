import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKeyFile } from '../../../src/backends/key-file.ts';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-registrar-key-'));
  file = join(folder, 'key');
});

afterAll(() => rm(folder, { recursive: true }));

const NONE = { state: 'none' } as const;
const litellm =
  (key = 'sk-litellm') =>
  () =>
    Promise.resolve(key);

async function read(text: string, before: Parameters<typeof readKeyFile>[1] = NONE, key = litellm()) {
  await writeFile(file, text);
  return readKeyFile(file, before, key);
}

test('no file, no key', async () => {
  expect(await readKeyFile(undefined, NONE, litellm())).toEqual(NONE);
});

test('a key is trimmed, and its version is the same for the same key, in whichever process', async () => {
  const first = await read('canary-1\n');
  expect(first).toEqual({ state: 'known', value: 'canary-1', version: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(await read('  canary-1')).toEqual(first);
  expect(await read('canary-2')).not.toMatchObject({ version: 'version' in first && first.version });
});

test('without LiteLLM’s key nobody could find out the key from the version', async () => {
  const one = await read('canary-1', NONE, litellm('sk-1'));
  const other = await read('canary-1', NONE, litellm('sk-2'));
  expect('version' in one && one.version).not.toBe('version' in other && other.version);
  expect(JSON.stringify([one, other])).toContain('canary-1');
  const failing = () => Promise.reject(new Error('no'));
  expect(await readKeyFile(file, NONE, failing)).toEqual({ state: 'unknown', why: 'LiteLLM’s own key cannot be read' });
});

test.each([
  ['', 'is empty'],
  ['two words', 'holds a space, a line end or a character beyond ASCII'],
  ['os.environ/KEY', 'begins with "os.environ/"'],
])('%j is none: what was known stays, and where nothing was it is told', async (text, why) => {
  expect(await read(text)).toEqual({ state: 'unknown', why: `the key file ${file} ${why}` });
  const known = await read('canary-1');
  expect(await read(text, known)).toBe(known);
});

test('a file that goes keeps what it held, and that is told', async () => {
  const known = await read('canary-1');
  await rm(file);
  const told: (string | undefined)[] = [];
  expect(await readKeyFile(file, known, litellm(), (why) => void told.push(why))).toBe(known);
  expect(told).toEqual([`the key file ${file} cannot be read`]);
  expect(await readKeyFile(file, NONE, litellm())).toMatchObject({ state: 'unknown' });
});
