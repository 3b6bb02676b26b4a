import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BedError, tail } from '../base/index.ts';
import { withLock } from './lock.ts';

export type Progress = (text: string) => void;

/** Something that is built once and kept: one folder in the cache. */
export interface Thing {
  /** The folder's name, with the version of what it holds. */
  name: string;
  /** For a person who waits: what is being made. */
  what: string;
  /** Files whose contents decide what is built; a change of one builds anew. */
  inputs: readonly string[];
  /** Fills an empty folder. What it runs writes to the log file. Throws when it cannot. */
  build(folder: string, logFile: string): Promise<void>;
  /** Whether what lies in the cache still works on this machine; where it does not, it is built anew. */
  works?(folder: string): Promise<boolean>;
}

const HEARTBEAT_MS = 30_000;
const UNFINISHED = '.unfinished-';
/** No build takes that long. */
const ABANDONED_MS = 3_600_000;

/** What is being built in this process: unfinished folders and their locks. */
const inTheMaking = new Set<string>();

/** `${XDG_CACHE_HOME:-~/.cache}/model-registrar/bed`. */
export function cacheRoot(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'model-registrar', 'bed');
}

/**
 * The folder of a thing, built first where the cache lacks it. It is built under a temporary name and renamed when whole, under a lock, so that
 * two beds that start together neither see half a thing nor build it twice.
 * Throws BedError `build-failed` with the end of the log.
 */
export async function cached(thing: Thing, progress: Progress): Promise<string> {
  const folder = join(cacheRoot(), `${thing.name}-${await digest(thing.inputs)}`);
  if (await isGood(thing, folder)) return folder;
  await mkdir(cacheRoot(), { recursive: true });
  return withLock(
    `${folder}.lock`,
    () => progress(`waiting: another bed is building ${thing.what}`),
    async () => {
      if (await isGood(thing, folder)) return folder;
      await rm(folder, { recursive: true, force: true });
      await sweep(folder);
      await build(thing, folder, progress);
      return folder;
    },
  );
}

/** Removes what this process has not finished, locks too: it ends before its builds do. */
export async function abandonBuilds(): Promise<void> {
  await Promise.all([...inTheMaking].map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 })));
}

async function build(thing: Thing, folder: string, progress: Progress): Promise<void> {
  const unfinished = `${folder}${UNFINISHED}${randomUUID().slice(0, 8)}`;
  const logFile = `${folder}.log`;
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
  progress(`building ${thing.what}`);
  const heartbeat = setInterval(() => progress(`still building ${thing.what} (${seconds()})`), HEARTBEAT_MS);
  const making = [unfinished, `${folder}.lock`];
  for (const path of making) inTheMaking.add(path);
  try {
    await rm(logFile, { force: true });
    await mkdir(unfinished);
    await thing.build(unfinished, logFile);
    await rename(unfinished, folder);
  } catch (error) {
    if (error instanceof BedError && error.code === 'tool-missing') throw error;
    const why = error instanceof Error ? error.message : String(error);
    const log = await tail(logFile);
    throw new BedError('build-failed', `Could not build ${thing.what}: ${why}\nThe end of ${logFile}:\n${log}`, {
      cause: error,
    });
  } finally {
    clearInterval(heartbeat);
    await rm(unfinished, { recursive: true, force: true });
    for (const path of making) inTheMaking.delete(path);
  }
  progress(`built ${thing.what} in ${seconds()}`);
}

/** Removes what builds of this thing left that were killed. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(cacheRoot())) {
    const path = join(cacheRoot(), name);
    if (!path.startsWith(`${folder}${UNFINISHED}`)) continue;
    if (Date.now() - (await stat(path)).mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}

async function isGood(thing: Thing, folder: string): Promise<boolean> {
  try {
    await access(folder);
    return thing.works === undefined || (await thing.works(folder));
  } catch {
    return false;
  }
}

async function digest(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 8);
}
