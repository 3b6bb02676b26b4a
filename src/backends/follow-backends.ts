import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type BackendEntry, type BackendModel, backendOf, readBackends } from '../sources/index.ts';
import type { BackendsContext } from './context.ts';
import { type BackendFollower, followBackend } from './follow-backend.ts';

/** How often the file, and the key files that it names, are read, in milliseconds: mounted ones change without a sign that could be trusted. */
const LOOK_EVERY_MS = 5_000;

/** Between two answers of one who has no time for a whole interval, in milliseconds. */
const AGAIN_MS = 2_000;

export interface BackendsOptions extends BackendsContext {
  /** Path of the file of `--backends`. */
  file: string;
  /** Told whether the file can be used, at each change. */
  fileRead?: (isGood: boolean) => void;
}

/** The models of a backend, as an engine looks them up; structurally a cache of objects. */
export interface BackendCache {
  get(key: string): BackendModel | undefined;
  values(): Iterable<BackendModel>;
  readonly state: 'starting' | 'synced' | 'failing';
  fetch(namespace: string, name: string): Promise<BackendModel | undefined>;
  /** It is asked for the first time, or its entry leads elsewhere: what it had before is not known. */
  readonly isFresh?: boolean;
  /** The backend is not in the file: rows that are to be retained then stay. */
  readonly isDelisted?: true;
}

/** The backends of a file, which is read again and again: one that is empty, unreadable or wrong changes nothing. */
export interface Backends {
  /** Undefined while the file was never good: then nothing is known of any backend. */
  cacheFor(name: string): BackendCache | undefined;
  readonly caches: readonly BackendCache[];
  /** What is wrong with the file as it is now. */
  readonly problems: readonly string[];
  /** Each backend that does not answer, or whose key cannot be read, with the reason. */
  readonly troubles: readonly string[];
  /** Resolves when the file was read, and each of its backends was asked once. */
  readonly tried: Promise<void>;
  /** Reads the file and the key files now. */
  look(): Promise<void>;
  /** Asks each that answers once more, a moment later: for one who has no time for a whole interval. */
  again(): Promise<void>;
  /** Resolves when nothing is to be found out about models any more, or cannot be now. */
  findOut(): Promise<void>;
  /** Each backend, and whether it says which models it has. */
  states(): { backend: string; up: boolean }[];
  stop(): Promise<void>;
}

export function followBackends(options: BackendsOptions): Backends {
  const { file, log } = options;
  const ending = new AbortController();
  const followers = new Map<string, BackendFollower>();
  /** Those that are taken out, and still have a call to end. */
  const leaving = new Set<Promise<void>>();
  let lastText: string | undefined;
  let problems: readonly string[] = [];
  let wasGood = false;
  let looking: Promise<void> | undefined;

  /** One look at a time. */
  function look(): Promise<void> {
    looking ??= lookAround().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function lookAround(): Promise<void> {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined || text !== lastText) await take(text);
    await Promise.all([...followers.values()].map((follower) => follower.look()));
  }

  async function take(text: string | undefined): Promise<void> {
    const read =
      text === undefined
        ? { problems: [`${file} cannot be read: check its path and rights`] }
        : readBackends(text, file);
    lastText = text;
    const news = 'problems' in read ? read.problems : [];
    if (news.join('\n') !== problems.join('\n') && news.length > 0)
      log.error({ file, problems: news }, 'the file of backends cannot be used: everything stays as it is');
    problems = news;
    options.fileRead?.(news.length === 0);
    if ('value' in read) await follow(read.value);
  }

  async function follow(entries: readonly BackendEntry[]): Promise<void> {
    wasGood = true;
    const names = new Set(entries.map(({ name }) => name));
    for (const [name, follower] of followers) {
      if (names.has(name)) continue;
      followers.delete(name);
      log.info({ backend: name, cleanup: follower.entry.cleanup }, 'a backend was taken out of the file');
      const left = follower.stop(true).finally(() => leaving.delete(left));
      leaving.add(left);
    }
    for (const entry of entries) {
      const follower = followers.get(entry.name);
      if (!follower) followers.set(entry.name, followBackend(entry, options));
      else if (JSON.stringify(follower.entry) !== JSON.stringify(entry)) await follower.change(entry);
    }
  }

  async function begin(): Promise<void> {
    await take(await readFile(file, 'utf8').catch(() => undefined));
    await Promise.all([...followers.values()].map((follower) => follower.tried));
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      await wait(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted) return;
      await look().catch((error: unknown) => log.error({ err: error }, 'an unexpected error'));
    }
  }

  /** The file says that it has no such backend; it is read once more before anything goes because of that. */
  const delisted: BackendCache = {
    get: () => undefined,
    values: () => [],
    state: 'synced',
    isDelisted: true,
    async fetch(_namespace, name) {
      // One that has begun may be the very look that missed it.
      await looking?.catch(() => undefined);
      await look();
      if (problems.length > 0) throw new Error(`The file of backends cannot be used: ${problems[0]}`);
      return followers.get(backendOf(name))?.fetch(name);
    },
  };

  function cacheOf(follower: BackendFollower): BackendCache {
    return {
      get: (key) => follower.get(key.slice(key.indexOf('/') + 1)),
      values: () => follower.values(),
      get state() {
        return follower.state;
      },
      get isFresh() {
        return follower.isFresh;
      },
      fetch: (_namespace, name) => follower.fetch(name),
    };
  }

  const tried = begin();
  const running = tried.then(run, run);

  return {
    cacheFor(name) {
      if (!wasGood) return undefined;
      const follower = followers.get(backendOf(name));
      return follower ? cacheOf(follower) : delisted;
    },
    get caches() {
      return [...followers.values()].map(cacheOf);
    },
    get problems() {
      return problems;
    },
    get troubles() {
      const all = [...followers.values()];
      return all.flatMap(({ trouble, keyTrouble }) => [
        ...(trouble ? [trouble.message] : []),
        ...(keyTrouble ? [keyTrouble] : []),
      ]);
    },
    tried,
    look,
    async again() {
      await wait(AGAIN_MS);
      await Promise.all([...followers.values()].map((follower) => follower.again()));
    },
    async findOut() {
      await Promise.all([...followers.values()].map((follower) => follower.findOut()));
    },
    states: () =>
      [...followers.values()].map(({ entry, trouble, answered }) => ({
        backend: entry.name,
        up: answered && !trouble,
      })),
    async stop() {
      ending.abort();
      const stopAll = () => Promise.all([...followers.values()].map((follower) => follower.stop(false)));
      await Promise.all([running, stopAll()]);
      // And those that a look in hand has added.
      await Promise.all([...leaving, stopAll()]);
      await options.http.close();
    },
  };
}
