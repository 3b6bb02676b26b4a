import {
  type Change,
  type Entry,
  type ModelRecord,
  type SourceRef,
  type StampedRecord,
  sourceKey,
} from '../registration/index.ts';
import { type CarryOver, carryOver } from './carry-over.ts';
import type { LiteLlmClient, RowInput, WriteResult } from './client.ts';
import { LiteLlmError } from './errors.ts';
import { createJournal } from './journal.ts';

/**
 * What became of a change.
 *
 * - `live`, `saved`: the row is written; `saved` means that LiteLLM does not serve it.
 * - `deleted`: the row is gone, also where it was gone before.
 * - `skipped`: not deleted, since what takes its place does not serve yet.
 * - `kept`: the row could not be replaced, since hidden keys of somebody cannot be copied; the rest of it is in step.
 */
export interface Applied {
  change: Change;
  result: WriteResult | 'deleted' | 'skipped' | 'kept';
  /** Parameters that somebody set on the former row, and that could not be copied because LiteLLM hides their values. */
  hidden?: string[];
}

/** LiteLLM's rows as this process knows them: the last list, put right by what was written since. */
export interface Registry {
  /** Milliseconds since 1970 of the last list; undefined before the first. */
  readonly readAt: number | undefined;
  /** Reads LiteLLM's list. @throws LiteLlmError */
  refresh(signal?: AbortSignal): Promise<void>;
  /**
   * Looks a name up in the database too, so that a row that no list shows yet is seen before the object takes the name.
   *
   * @throws LiteLlmError
   */
  lookUp(publicName: string, taker: SourceRef, signal?: AbortSignal): Promise<void>;
  /** Carries out one change. @throws LiteLlmError */
  apply(change: Change, signal?: AbortSignal): Promise<Applied>;
  /** The owner's rows that stand for one object. */
  recordsOf(source: SourceRef): StampedRecord[];
  /** Every row under a public name, whoever made it. */
  underName(publicName: string): ModelRecord[];
  hasId(id: string): boolean;
  /** The owner's rows. */
  owned(): Iterable<StampedRecord>;
  all(): Iterable<ModelRecord>;
}

export interface RegistryOptions {
  client: LiteLlmClient;
  owner: string;
  /** Milliseconds for which a list may show what stood there before a write. */
  settleMs: number;
  now?: () => number;
}

/** Creates the registry of one LiteLLM for one owner. */
export function createRegistry({ client, owner, settleMs, now = Date.now }: RegistryOptions): Registry {
  const journal = createJournal(settleMs, now);
  const rows = new Map<string, ModelRecord>();
  const bySource = new Map<string, Set<string>>();
  const byName = new Map<string, Set<string>>();
  /** Ids that once were seen: where a list misses such a row, the database decides whether it is gone. */
  const seen = new Set<string>();
  let readAt: number | undefined;

  async function refresh(signal?: AbortSignal): Promise<void> {
    const listed = new Map((await client.list(signal)).map((row) => [row.id, row]));
    const ids = new Set([...listed.keys(), ...rows.keys(), ...journal.ids()]);
    for (const id of ids) put(id, journal.judge(id, listed.get(id)));
    readAt = now();
  }

  async function lookUp(publicName: string, taker: SourceRef, signal?: AbortSignal): Promise<void> {
    for (const row of await client.findByName(publicName, signal)) {
      const held = journal.judge(row.id, row);
      if (!held || rows.has(row.id)) continue;
      // A row of the object itself, written before an answer was lost: that it stands there is known now, whether it serves a PATCH tells.
      if (isOwned(held) && held.stamp.source === sourceKey(taker)) seen.add(held.id);
      else put(row.id, { ...held, live: false });
    }
  }

  async function apply(change: Change, signal?: AbortSignal): Promise<Applied> {
    switch (change.kind) {
      case 'create':
        return create(change, signal);
      case 'update':
        return { change, result: await write(change.entry, {}, signal) };
      case 'replace':
        return replace(change, signal);
      case 'delete':
        return remove(change, signal);
    }
  }

  async function create(change: Change & { kind: 'create' }, signal?: AbortSignal): Promise<Applied> {
    const { entry, copyFrom } = change;
    const kept = copyFrom && (await keepsOf(copyFrom, signal));
    if (!kept) return { change, result: await write(entry, {}, signal) };
    // An object that was made again has to serve, also where not all of its former row can be copied.
    if ('hidden' in kept) return { change, result: await write(entry, {}, signal), hidden: kept.hidden };
    return { change, result: await write(entry, rowExtra(kept), signal) };
  }

  async function replace(change: Change & { kind: 'replace' }, signal?: AbortSignal): Promise<Applied> {
    const kept = await keepsOf(change.record, signal);
    if (kept && 'hidden' in kept) {
      await write(change.fallback, {}, signal);
      return { change, result: 'kept', hidden: kept.hidden };
    }
    return { change, result: await write(change.entry, kept ? rowExtra(kept) : {}, signal) };
  }

  /** A PATCH that changes nothing is the one way to see what the database holds. Undefined where the row is gone. */
  async function keepsOf(
    record: StampedRecord,
    signal?: AbortSignal,
  ): Promise<CarryOver | { hidden: string[] } | undefined> {
    const { id, publicName, stamp } = record;
    const touched = await client.update(id, { entry: { id, publicName, params: {}, info: {}, stamp } }, signal);
    if (!touched) return undefined;
    const shown = (await client.findById(id, signal)) ?? record;
    return touched.stored ? carryOver(record, touched.stored, shown) : { blocked: shown.blocked, params: {}, info: {} };
  }

  /** Known row: PATCH, and where there is none POST. Unknown row: POST, and where that fails PATCH tells whether it stands there. */
  async function write(entry: Entry, extra: Partial<RowInput>, signal?: AbortSignal): Promise<WriteResult> {
    const row = { entry, ...extra };
    if (seen.has(entry.id) || rows.has(entry.id)) {
      const updated = await client.update(entry.id, row, signal);
      return note(row, updated ? updated.result : await client.create(row, signal));
    }
    try {
      return note(row, await client.create(row, signal));
    } catch (error) {
      if (!(error instanceof LiteLlmError) || error.code !== 'create-failed') throw error;
      const updated = await client.update(entry.id, row, signal);
      if (!updated) throw error;
      return note(row, updated.result);
    }
  }

  function note({ entry, blocked, params, info }: RowInput, result: WriteResult): WriteResult {
    const { id, publicName, stamp } = entry;
    const before = rows.get(id);
    const after: ModelRecord = {
      id,
      publicName,
      params: { ...before?.params, ...params, ...entry.params },
      info: { ...before?.info, ...info, ...entry.info },
      stored: true,
      blocked: blocked ?? before?.blocked ?? false,
      live: result === 'live',
      stamp,
    };
    journal.wrote(id, before, after);
    put(id, after);
    return result;
  }

  async function remove(change: Change & { kind: 'delete' }, signal?: AbortSignal): Promise<Applied> {
    if (!change.needs.every((id) => rows.get(id)?.live)) return { change, result: 'skipped' };
    const { id } = change.record;
    await client.remove(id, signal);
    journal.wrote(id, rows.get(id) ?? change.record, undefined);
    put(id, undefined);
    seen.delete(id);
    return { change, result: 'deleted' };
  }

  function put(id: string, row: ModelRecord | undefined): void {
    const before = rows.get(id);
    if (before) {
      drop(byName, before.publicName, id);
      if (before.stamp) drop(bySource, before.stamp.source, id);
    }
    if (!row) {
      rows.delete(id);
      return;
    }
    rows.set(id, row);
    add(byName, row.publicName, id);
    if (!isOwned(row)) return;
    add(bySource, row.stamp.source, id);
    seen.add(id);
  }

  function isOwned(row: ModelRecord | undefined): row is StampedRecord {
    return row?.stored === true && row.stamp?.owner === owner;
  }

  function pick(ids: Set<string> | undefined): ModelRecord[] {
    return [...(ids ?? [])].flatMap((id) => rows.get(id) ?? []);
  }

  return {
    get readAt() {
      return readAt;
    },
    refresh,
    lookUp,
    apply,
    recordsOf: (source) => pick(bySource.get(sourceKey(source))).filter(isOwned),
    underName: (publicName) => pick(byName.get(publicName)),
    hasId: (id) => rows.has(id),
    owned: () => [...rows.values()].filter(isOwned),
    all: () => rows.values(),
  };
}

function rowExtra({ blocked, params, info }: CarryOver): Partial<RowInput> {
  return { params, info, ...(blocked && { blocked }) };
}

function add(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids) ids.add(id);
  else index.set(key, new Set([id]));
}

function drop(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(key);
}
