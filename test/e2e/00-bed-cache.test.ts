import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cached, cacheRoot } from '../bed/build/cache.ts';
import { type BedError, waitFor } from '../bed/index.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bed-cache-test-'));
  vi.stubEnv('XDG_CACHE_HOME', home);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const quiet = (): void => undefined;

/** Something that is built by writing one file, with a gate to hold it up. */
function thing(before: () => Promise<void> = async () => undefined) {
  const builds: string[] = [];
  return {
    builds,
    name: 'thing-v1',
    what: 'a thing',
    inputs: [] as string[],
    build: async (folder: string) => {
      builds.push(folder);
      await before();
      await writeFile(join(folder, 'file'), 'whole');
    },
  };
}

describe('the cache of what the bed builds', () => {
  test('builds a thing once, under another name until it is whole', async () => {
    const gate = Promise.withResolvers<void>();
    const slow = thing(() => gate.promise);
    const first = cached(slow, quiet);
    await waitFor('the first one builds', () => slow.builds.length === 1);
    const told: string[] = [];
    const second = cached(slow, (text) => told.push(text));
    await waitFor('the second one waits', () => told.length > 0);
    expect(told).toEqual(['waiting: another bed is building a thing']);
    expect(await readdir(cacheRoot())).not.toContain('thing-v1-e3b0c442');
    gate.resolve();
    const folder = await first;
    expect(await second).toBe(folder);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('whole');
    expect(slow.builds).toHaveLength(1);
    expect(await readdir(cacheRoot())).toEqual(['thing-v1-e3b0c442']);
  });

  test('builds anew when an input changes, and when what lies there does not work', async () => {
    const input = join(home, 'input');
    const made = { ...thing(), inputs: [input] };
    await writeFile(input, 'one');
    const one = await cached(made, quiet);
    await writeFile(input, 'two');
    expect(await cached(made, quiet)).not.toBe(one);
    await writeFile(input, 'one');
    expect(await cached(made, quiet)).toBe(one);
    expect(made.builds).toHaveLength(2);
    expect(await cached({ ...made, works: async () => false }, quiet)).toBe(one);
    expect(made.builds).toHaveLength(3);
  });

  test('keeps nothing of a build that failed, and says how it ended', async () => {
    const broken = {
      ...thing(),
      build: async (_: string, logFile: string) => {
        await writeFile(logFile, 'first line\nno space left\n');
        throw new Error('it broke');
      },
    };
    const error: BedError = await cached(broken, quiet).then(
      () => expect.unreachable(),
      (reason: BedError) => reason,
    );
    expect(error.code).toBe('build-failed');
    expect(error.message).toMatch(/^Could not build a thing: it broke\nThe end of .*:\nfirst line\nno space left$/);
    expect(await readdir(cacheRoot())).toEqual(['thing-v1-e3b0c442.log']);
    await cached(thing(), quiet);
    expect(await readdir(cacheRoot())).toContain('thing-v1-e3b0c442');
  });

  test('takes over from a builder that died', async () => {
    const lock = `${await cached(thing(), quiet)}.lock`;
    await rm(join(cacheRoot(), 'thing-v1-e3b0c442'), { recursive: true });
    await writeFile(lock, 'a builder long gone');
    const half = join(cacheRoot(), 'thing-v1-e3b0c442.unfinished-1234');
    await mkdir(half);
    const longAgo = new Date(Date.now() - 7_200_000);
    for (const path of [lock, half]) await utimes(path, longAgo, longAgo);
    await cached(thing(), quiet);
    expect(await readdir(cacheRoot())).toEqual(['thing-v1-e3b0c442']);
  });
});
