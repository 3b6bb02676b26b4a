import { setTimeout as wait } from 'node:timers/promises';
import { type BackendEntry, type BackendModel, countsModel, type EntryKey, modelIdOf } from '../sources/index.ts';
import { createAbilities } from './abilities.ts';
import { askFunctions } from './ask-functions.ts';
import { askModels } from './ask-models.ts';
import type { BackendsContext } from './context.ts';
import { BackendError } from './errors.ts';
import { readKeyFile } from './key-file.ts';
import { createModelMemory } from './model-memory.ts';

/** So many answers show what is there: one that lacks a model may be a dip of the backend's own. */
const ENOUGH_ANSWERS = 2;

/** An answer is believed for so long where one is asked for once more, in milliseconds. */
const BELIEVED_MS = 2_000;

/** Answers that come sooner after one another than this part of the interval count once. */
const LEAST_PART = 0.5;

/** Waits are longer or shorter by so much, so that not all backends are asked at a time. */
const JITTER = 0.1;

const UNREAD: EntryKey = { state: 'unknown', why: 'its key file was not read yet' };

/** One backend, asked for its models every so often. What it said last counts until it says something else. */
export interface BackendFollower {
  readonly entry: BackendEntry;
  /** `synced`: what it has is known; `failing`: it does not say now. */
  readonly state: 'starting' | 'synced' | 'failing';
  /** Whether it has said which models it has, where its entry leads. */
  readonly answered: boolean;
  /** What it had before it was asked, or before its entry led here, is not known. */
  readonly isFresh: boolean;
  /** Why it does not say now which models it has. */
  readonly trouble: BackendError | undefined;
  /** Why its key cannot be read: none of its models is written until it can. */
  readonly keyTrouble: string | undefined;
  get(name: string): BackendModel | undefined;
  values(): Iterable<BackendModel>;
  /** As it is now. @throws BackendError */
  fetch(name: string): Promise<BackendModel | undefined>;
  /** Asks once more, as one who has no time for a whole interval, unless it does not answer. */
  again(): Promise<void>;
  /** Takes another entry of the same name. */
  change(entry: BackendEntry): Promise<void>;
  /** Reads its key file, and goes on asking what is to be found out, without waiting for it. */
  look(): Promise<void>;
  /** Resolves when nothing is to be found out any more, or cannot be now. */
  findOut(): Promise<void>;
  /** Resolves when it was asked for the first time, whatever came of it. */
  readonly tried: Promise<void>;
  /** @param takenOut - its models are gone for good */
  stop(takenOut: boolean): Promise<void>;
}

export function followBackend(first: BackendEntry, context: BackendsContext): BackendFollower {
  const { http, log, asked } = context;
  const ending = new AbortController();
  let entry = first;
  let key: EntryKey = UNREAD;
  let trouble: BackendError | undefined;
  let answeredAt = Number.NEGATIVE_INFINITY;
  let early = new AbortController();
  /** Ends calls to where the entry led before. */
  let moved = new AbortController();
  /** When an answer counted last, by which a model may have been missing. */
  let countedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let unfit = 0;
  let keptWhy: string | undefined;
  const tried = Promise.withResolvers<void>();
  const memory = createModelMemory(entry, key, context.onModel);
  const abilities = createAbilities({
    ...context,
    memory,
    ask: (id) => askFunctions(http, entry, id, keyValue(), anyCall()),
    about: () => entry.name,
    ending: ending.signal,
  });

  const keyValue = (): string | undefined => (key.state === 'known' ? key.value : undefined);
  const anyCall = (): AbortSignal => AbortSignal.any([ending.signal, moved.signal]);

  /** @param again - it is asked a second time right away, and both count */
  async function ask(isTurn: boolean, again: boolean): Promise<void> {
    const { name } = entry;
    const to = entry;
    try {
      const answer = await askModels(http, to, keyValue(), anyCall());
      // It leads elsewhere by now.
      if (to.url !== entry.url) return;
      answeredAt = performance.now();
      // An edit or a new key is no reason to count twice what may be one dip of the server's.
      const counts = isTurn && (again || answeredAt - countedAt >= entry.interval * LEAST_PART);
      if (counts) countedAt = answeredAt;
      const { added, gone } = memory.answered(answer.models, counts);
      asked(name, 'answered');
      if (trouble) log.info({ backend: name }, 'a backend answers again');
      trouble = undefined;
      if (answer.unfit > unfit)
        log.warn(
          { backend: name, count: answer.unfit },
          'a backend lists models whose ids cannot be used: they are passed over',
        );
      unfit = answer.unfit;
      if (added.length + gone.length > 0)
        log.info({ backend: name, added: shortened(added), gone: shortened(gone) }, 'the models of a backend changed');
    } catch (error) {
      if (ending.signal.aborted || to.url !== entry.url) return;
      if (!(error instanceof BackendError)) throw error;
      asked(name, error.code);
      if (trouble?.code !== error.code)
        log.warn(
          { backend: name, error: { code: error.code, message: error.message } },
          'a backend does not say which models it has: they stay as they are',
        );
      trouble = error;
    }
  }

  /** One call at a time. */
  function askOnce(isTurn: boolean, again = false): Promise<void> {
    asking ??= ask(isTurn, again).finally(() => {
      asking = undefined;
      tried.resolve();
    });
    return asking;
  }

  async function run(): Promise<void> {
    await readKey();
    while (!ending.signal.aborted) {
      await asking;
      // What changes from here on is asked for at once.
      early = new AbortController();
      // What nobody expects in one turn is no reason to ask no more.
      await askOnce(true).catch(unexpected);
      memory.newRound();
      void abilities.findOut();
      const jitter = 1 + JITTER * (2 * Math.random() - 1);
      const signal = AbortSignal.any([ending.signal, early.signal]);
      await wait(entry.interval * jitter, undefined, { signal }).catch(() => undefined);
    }
  }

  async function readKey(): Promise<void> {
    const to = entry;
    const next = await readKeyFile(to['api-key-file'], key, context.hmacKey, noteKept);
    if (to !== entry || sameKey(next, key)) return;
    tellUnknown(next);
    key = next;
    memory.changed(entry, key);
    early.abort();
  }

  function tellUnknown(next: EntryKey): void {
    if (next.state !== 'unknown' || (key.state === 'unknown' && key.why === next.why)) return;
    log.warn({ backend: entry.name, problem: next.why }, 'the key of a backend cannot be read');
  }

  /** Nobody would miss it before the next start. */
  function noteKept(why: string | undefined): void {
    if (why !== undefined && why !== keptWhy)
      log.warn(
        { backend: entry.name, problem: why },
        'the key of a backend cannot be read: the one that was read before goes on to count',
      );
    keptWhy = why;
  }

  function unexpected(error: unknown): void {
    log.error({ backend: entry.name, err: error }, 'an unexpected error');
  }

  // Also where it is stopped before it has asked.
  const running = run().catch(unexpected).finally(tried.resolve);

  return {
    get entry() {
      return entry;
    },
    get state() {
      if (trouble) return 'failing';
      return memory.answers >= ENOUGH_ANSWERS ? 'synced' : 'starting';
    },
    get answered() {
      return memory.answers > 0;
    },
    get isFresh() {
      return memory.answers < ENOUGH_ANSWERS;
    },
    get trouble() {
      return trouble;
    },
    get keyTrouble() {
      return key.state === 'unknown' ? `Backend ${entry.name}: ${key.why}` : undefined;
    },
    get: (name) => memory.get(name),
    values: () => memory.values(),
    async fetch(name) {
      // The file says so, whatever the server says.
      if (!countsModel(entry, modelIdOf(name))) return undefined;
      if (performance.now() - answeredAt > BELIEVED_MS) await askOnce(false);
      if (trouble) throw trouble;
      return memory.get(name);
    },
    async change(next) {
      // Another file is another server's key, until it is read.
      const before = next['api-key-file'] === entry['api-key-file'] ? key : UNREAD;
      const nextKey = await readKeyFile(next['api-key-file'], before, context.hmacKey);
      const leads = next.url !== entry.url;
      tellUnknown(nextKey);
      [entry, key] = [next, nextKey];
      memory.changed(entry, key);
      early.abort();
      if (!leads) return;
      countedAt = Number.NEGATIVE_INFINITY;
      moved.abort();
      moved = new AbortController();
    },
    async again() {
      await asking;
      if (!trouble) await askOnce(true, true);
    },
    async look() {
      await readKey();
      void abilities.findOut();
    },
    findOut: abilities.findOut,
    tried: tried.promise,
    async stop(takenOut) {
      ending.abort();
      if (takenOut) memory.clear();
      await running;
    },
  };
}

function sameKey(one: EntryKey, other: EntryKey): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** For a log line: the first of them. */
function shortened(ids: readonly string[]): string[] {
  return ids.length > 20 ? [...ids.slice(0, 20), `and ${ids.length - 20} more`] : [...ids];
}
