import {
  type Change,
  type Entry,
  type ModelRecord,
  type SourceRef,
  type StampedRecord,
  sourceKey,
  takesOut,
} from '../registration/index.ts';
import { createAbsences } from './absences.ts';
import { type CarryOver, carryAdopted, carryOver } from './carry-over.ts';
import type { LiteLlmClient, RowInput, WriteResult } from './client.ts';
import { LiteLlmError } from './errors.ts';
import { createJournal } from './journal.ts';
import { createLookUps } from './look-ups.ts';
import { createRowIndex } from './row-index.ts';
import { createSeenRows } from './seen-rows.ts';

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
  /** Reads LiteLLM's list. @throws LiteLlmError */
  refresh(signal?: AbortSignal): Promise<void>;
  /**
   * Looks a name up in the database too, as a name and as an id, so that a row that no list shows yet is seen before the object takes the name.
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
  /** Rows of whomever whose name is a pattern that takes calls for this name, such as `openai/*`. */
  takingByPattern(publicName: string): ModelRecord[];
  hasId(id: string): boolean;
  /** The owner's rows. */
  owned(): StampedRecord[];
  /** Every row, whoever made it. */
  all(): ModelRecord[];
}

export interface RegistryOptions {
  client: LiteLlmClient;
  owner: string;
  /** Milliseconds for which a list may show what stood there before a write. */
  settleMs: number;
  /** Writes that wait for their turn, where there is such a line. */
  waitingWrites?: () => number;
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
  /** What the time is, in milliseconds since 1970. */
  date?: () => number;
}

/** Creates the registry of one LiteLLM for one owner. */
export function createRegistry(options: RegistryOptions): Registry {
  const { client, owner, settleMs, waitingWrites = () => 0, now = () => performance.now(), date = Date.now } = options;
  const journal = createJournal(settleMs, now);
  const absences = createAbsences(settleMs, now);
  const rows = createRowIndex(owner);
  const lookUps = createLookUps({ client, known: rows.all, waitingWrites, now });
  const seen = createSeenRows();

  async function refresh(signal?: AbortSignal): Promise<void> {
    const listed = new Map((await client.list(signal)).map((row) => [row.id, row]));
    const ids = new Set([...listed.keys(), ...rows.ids(), ...journal.ids()]);
    for (const id of ids) put(id, journal.judge(id, listed.get(id) ?? missed(id)));
    for (const id of listed.keys()) absences.forget(id);
  }

  /** A row of others that the list misses, while it still holds its name. One of ours is mended instead; the config file is always loaded. */
  function missed(id: string): ModelRecord | undefined {
    const row = rows.get(id);
    if (!row || rows.isOwned(row) || !row.stored) return undefined;
    return absences.excuses(id) ? { ...row, live: false } : undefined;
  }

  async function lookUp(publicName: string, taker: SourceRef, signal?: AbortSignal): Promise<void> {
    for (const row of await lookUps.find(publicName, signal)) {
      const held = journal.judge(row.id, row);
      if (!held || rows.has(row.id)) continue;
      // A row of the object itself, written before an answer was lost: that it stands there is known now, whether it serves a PATCH tells.
      if (rows.isOwned(held) && held.stamp.source === sourceKey(taker)) seen.note(held);
      else put(row.id, { ...held, live: false });
    }
  }

  async function apply(change: Change, signal?: AbortSignal): Promise<Applied> {
    switch (change.kind) {
      case 'create':
        return create(change, signal);
      case 'update':
        return { change, result: await write(change.entry, blockOf(change), signal) };
      case 'replace':
        return replace(change, signal);
      case 'delete':
        return remove(change, signal);
    }
  }

  async function create(change: Change & { kind: 'create' }, signal?: AbortSignal): Promise<Applied> {
    const entry = seen.standing(change.entry);
    const made = { ...change, entry };
    // Before the row is touched that is copied: what cannot be done is not to cost a write at each try.
    keepOff(rows.get(entry.id));
    const kept = await keptBy(made, signal);
    if (!kept) return { change: made, result: await write(entry, seen.liftOf(entry.id), signal) };
    // An object that was made again has to serve, also where not all of its former row can be copied.
    if ('hidden' in kept) return { change: made, result: await write(entry, {}, signal), hidden: kept.hidden };
    return { change: made, result: await write(entry, rowExtra(kept), signal) };
  }

  async function replace(change: Change & { kind: 'replace' }, signal?: AbortSignal): Promise<Applied> {
    keepOff(rows.get(change.entry.id));
    const kept = await keepsOf(change.record, signal);
    if (kept && 'hidden' in kept) {
      await write(change.fallback, {}, signal);
      return { change, result: 'kept', hidden: kept.hidden };
    }
    return { change, result: await write(change.entry, kept ? rowExtra(kept) : {}, signal) };
  }

  async function keptBy(change: Change & { kind: 'create' }, signal?: AbortSignal) {
    if (!change.copyFrom) return undefined;
    return change.why === 'adopted'
      ? takesOver(change.entry, change.copyFrom, signal)
      : keepsOf(change.copyFrom, signal);
  }

  /** What a row keeps of somebody else's that it takes over. Undefined where that one is gone. */
  async function takesOver(entry: Entry, theirs: ModelRecord, signal?: AbortSignal): Promise<CarryOver | undefined> {
    const stored = await client.touch(theirs.id, signal);
    if (!stored) return undefined;
    const shown = await client.findById(theirs.id, signal);
    if (!shown) throw new LiteLlmError('not-shown');
    return carryAdopted(theirs, stored, shown, entry);
  }

  /** A PATCH that changes nothing is the one way to see what the database holds. Undefined where the row is gone. */
  async function keepsOf(
    record: StampedRecord,
    signal?: AbortSignal,
  ): Promise<CarryOver | { hidden: string[] } | undefined> {
    const { id, publicName, stamp } = record;
    const touched = await client.update(id, { entry: { id, publicName, params: {}, info: {}, stamp } }, signal);
    if (!touched) return undefined;
    const shown = await client.findById(id, signal);
    // Nothing is lost on doubt: what cannot be seen whole now is tried again.
    if (!touched.stored || !shown) throw new LiteLlmError('not-shown');
    return carryOver(record, touched.stored, shown);
  }

  /** Known row: PATCH, and where there is none POST. Unknown row: POST, and where that fails PATCH tells whether it stands there. */
  async function write(entry: Entry, extra: Partial<RowInput>, signal?: AbortSignal): Promise<WriteResult> {
    const row = { entry, ...extra };
    // As it stood before the call: a list that is read meanwhile may show what is written now.
    const before = rows.get(entry.id);
    keepOff(before);
    if (seen.has(entry.id) || rows.has(entry.id)) {
      const updated = await client.update(entry.id, row, signal);
      if (updated) return note(row, updated.result, before);
      seen.forget(entry.id);
      return make(row, before, signal);
    }
    try {
      return await make(row, before, signal);
    } catch (error) {
      if (!(error instanceof LiteLlmError) || error.code !== 'create-failed') throw error;
      keepOff(await client.findById(entry.id, signal));
      const updated = await client.update(entry.id, row, signal);
      if (!updated) throw error;
      return note(row, updated.result, before);
    }
  }

  /** A new row says when it was made, not when it was planned: it may have waited long for its turn, and `settle` counts from here. */
  async function make(row: RowInput, before?: ModelRecord, signal?: AbortSignal): Promise<WriteResult> {
    const { entry } = row;
    const stamp = { ...entry.stamp, created: new Date(date()).toISOString() };
    const made = { ...row, entry: { ...entry, stamp } };
    return note(made, await client.create(made, signal), before);
  }

  /** A row of our id whose mark somebody took off, or changed, is somebody else's now. */
  function keepOff(row: ModelRecord | undefined): void {
    if (row && !rows.isOwned(row)) throw new LiteLlmError('not-ours', { hint: `its id is ${row.id}` });
  }

  function note(
    { entry, blocked, params, info }: RowInput,
    result: WriteResult,
    before: ModelRecord | undefined,
  ): WriteResult {
    const { id, publicName, stamp } = entry;
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
    const held = rows.get(id) ?? change.record;
    if (!(await allStand(change.needs, signal))) return { change, result: 'skipped' };
    if (change.why === 'yielded' && !(await hasRival(held, signal))) return { change, result: 'skipped' };
    // A block of our own says nothing about what takes the row's place.
    if (!takesOut(change) && held.blocked && held.stamp?.blockedByUs !== true) await blockToo(change.needs, signal);
    await client.remove(id, signal);
    journal.wrote(id, held, undefined);
    put(id, undefined);
    seen.forget(id);
    return { change, result: 'deleted' };
  }

  /** A row goes for good: what takes its place is looked at once more, since somebody may have deleted it after the last list. */
  async function allStand(ids: readonly string[], signal?: AbortSignal): Promise<boolean> {
    const found = await Promise.all(ids.map((id) => client.findById(id, signal)));
    return found.every((row) => rows.isOwned(row));
  }

  /** The row to which a name is left may have gone since the last list: then nobody would serve it. */
  async function hasRival({ id, publicName, stamp }: ModelRecord, signal?: AbortSignal): Promise<boolean> {
    const standing = await client.findByName(publicName, signal);
    return standing.some((row) => row.id !== id && row.stamp?.source !== stamp?.source);
  }

  /** An administrator who blocked the old one of two rows meant the model. */
  async function blockToo(ids: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const row of ids.flatMap((id) => rows.get(id) ?? [])) {
      if (row.blocked || !rows.isOwned(row)) continue;
      const { id, publicName, stamp } = row;
      const entry = { id, publicName, params: {}, info: {}, stamp };
      const updated = await client.update(id, { entry, blocked: true }, signal);
      if (updated) note({ entry, blocked: true }, updated.result, row);
    }
  }

  /** Notes a row as it is now; one of ours that is missed later is asked for in the database, and no more once it was seen as somebody else's. */
  function put(id: string, row: ModelRecord | undefined): void {
    rows.put(id, row);
    if (rows.isOwned(row)) seen.note(row);
    else if (row) seen.forget(id);
  }

  return {
    refresh,
    lookUp,
    apply,
    recordsOf: rows.recordsOf,
    underName: rows.underName,
    takingByPattern: rows.takingByPattern,
    hasId: rows.has,
    owned: rows.owned,
    all: rows.all,
  };
}

function blockOf({ blocked }: Change & { kind: 'update' }): Partial<RowInput> {
  return blocked === undefined ? {} : { blocked };
}

function rowExtra({ blocked, params, info }: CarryOver): Partial<RowInput> {
  return { params, info, ...(blocked && { blocked }) };
}
