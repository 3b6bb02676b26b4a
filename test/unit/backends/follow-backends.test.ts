import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Backends, followBackends } from '../../../src/backends/index.ts';
import { type BackendServer, startBackend } from '../../support/backend-server.ts';
import { until } from '../../support/wait.ts';
import { type Seen, watching } from './builders.ts';

let folder: string;
let file: string;
let server: BackendServer;
let seen: Seen;
let backends: Backends;
let good: boolean[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-registrar-backends-'));
  file = join(folder, 'backends.yaml');
  server = await startBackend('ollama', [{ id: 'a' }]);
});

afterEach(async () => {
  await backends.stop();
  await server.stop();
  await rm(folder, { recursive: true });
});

const one = (name = 'one', more = '') => `backends:\n  - name: ${name}\n    url: ${server.url}\n${more}`;

async function follow(text?: string): Promise<void> {
  if (text !== undefined) await writeFile(file, text);
  seen = watching();
  good = [];
  backends = followBackends({ ...seen.context, file, fileRead: (isGood) => void good.push(isGood) });
  await backends.tried;
}

test('each backend of the file is asked, and those that are not in it are known not to be', async () => {
  await follow(one());
  expect(seen.told).toEqual(['has one:a']);
  expect(backends.cacheFor('one:a')?.get('-/one:a')).toBeDefined();
  expect(backends.cacheFor('one:a')?.state).toBe('starting');
  const other = backends.cacheFor('other:a');
  expect(other).toMatchObject({ state: 'synced', isDelisted: true });
  expect(await other?.fetch('-', 'other:a')).toBeUndefined();
});

test.each([undefined, '', 'backends: {', 'backends:\n  - name: one\n'])(
  'a file that was never good says nothing of any backend: %j',
  async (text) => {
    await follow(text);
    expect(backends.cacheFor('one:a')).toBeUndefined();
    expect(backends.problems).toHaveLength(1);
    expect(good).toEqual([false]);
    expect(seen.lines).toMatchObject([{ level: 'error' }]);
  },
);

test('a file that becomes wrong changes nothing, and forbids that anything goes because of it', async () => {
  await follow(one());
  await writeFile(file, 'backends: {');
  await backends.look();
  await backends.look();
  expect(seen.told).toEqual(['has one:a']);
  expect(seen.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  await expect(backends.cacheFor('other:a')?.fetch('-', 'other:a')).rejects.toThrow('cannot be used');
  await writeFile(file, one());
  await backends.look();
  expect(backends.problems).toEqual([]);
  expect(good).toEqual([true, false, true]);
});

test('a backend that is taken out is told to be gone, and one that comes back is there before anything goes', async () => {
  await follow(one());
  await writeFile(file, 'backends: []');
  await backends.look();
  expect(seen.told).toEqual(['has one:a', 'gone one:a']);
  const delisted = backends.cacheFor('one:a');
  await writeFile(file, one());
  expect(await delisted?.fetch('-', 'one:a')).toMatchObject({ name: 'one:a' });
});

test('another entry of a name changes it where it is', async () => {
  await follow(one());
  await writeFile(file, one('one', '    tags: [x]\n'));
  await backends.look();
  expect(seen.objects.get('one:a')?.entry.tags).toEqual(['x']);
  expect(seen.told).toEqual(['has one:a', 'has one:a']);
});

test('one that does not answer holds up nobody, and is told', async () => {
  const { url } = server;
  await server.stop();
  await follow(`backends:\n  - {name: dead, url: "${url}"}\n`);
  expect(backends.states()).toEqual([{ backend: 'dead', up: false }]);
  expect(backends.troubles).toEqual(['Backend dead: it cannot be reached (ECONNREFUSED)']);
  await server.start();
});

test('a key file that is missing after an edit is told once, and is a trouble until it can be read', async () => {
  await follow(one());
  await writeFile(file, one('one', `    api-key-file: ${join(folder, 'absent')}\n`));
  await backends.look();
  await backends.look();
  const why = `the key file ${join(folder, 'absent')} cannot be read`;
  expect(backends.troubles).toEqual([`Backend one: ${why}`]);
  expect(seen.lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { fields: { backend: 'one', problem: why } },
  ]);
  await writeFile(join(folder, 'absent'), 'sk-one');
  await backends.look();
  expect(backends.troubles).toEqual([]);
});

test('a look that is under way is not the one that says a backend was taken out: it is read once more', async () => {
  await follow(`${one()}  - name: two\n    url: ${server.url}\n`);
  await until('two is known', () => seen.objects.has('two:a'));
  await writeFile(file, one());
  const under = backends.look();
  await until('it was seen without', () => backends.cacheFor('two:a')?.isDelisted === true);
  await writeFile(file, `${one()}  - name: two\n    url: ${server.url}\n`);
  expect(await backends.cacheFor('two:a')?.fetch('-', 'two:a')).toMatchObject({ name: 'two:a' });
  await under;
});

test('is stopped at once while one of its backends hangs at the start', async () => {
  server.hang(true);
  await writeFile(file, one('one', '    timeout: 2m\n'));
  seen = watching();
  backends = followBackends({ ...seen.context, file });
  await until('it was called', () => server.calls.length > 0);
  await backends.stop();
  expect(seen.told).toEqual([]);
});
