import { canonical, sameValue } from './canonical.ts';
import { differences, type FieldChange, MARK_FIELD, shownInfo, shownParam, surplusKeys } from './difference.ts';
import { buildEntry, type Entry, type ModelRecord, registrationHash, type StampedRecord } from './entry.ts';
import { entryId, splitId } from './identity.ts';
import type { Json, Registration, SourceRef } from './registration.ts';

/**
 * Why a row of ours goes. All but `superseded` take a model out of service, or a name of it; `recreated` is a row of an object that was deleted
 * and made again, and does not serve yet.
 */
export type DeleteReason = 'withdrawn' | 'recreated' | 'renamed' | 'yielded' | 'superseded';

export type Change =
  /** A row that is not there. `copyFrom` is the row whose place it takes: what others set on that one is carried over. */
  | { kind: 'create'; entry: Entry; copyFrom?: StampedRecord; why: 'new' | 'recreated' | 'renamed' }
  /** A row that takes over somebody else's. */
  | { kind: 'create'; entry: Entry; copyFrom?: ModelRecord; why: 'adopted' }
  /** `blocked` only where it is to be set. */
  | { kind: 'update'; record: StampedRecord; entry: Entry; fields: FieldChange[]; blocked?: boolean }
  /** Keys have to go, which PATCH cannot do: a next row is made beside the old one, which goes later as `superseded`. */
  | { kind: 'replace'; record: StampedRecord; entry: Entry; fallback: Entry; fields: FieldChange[] }
  /** Deleted only if each row of `needs` is live then: nothing goes before what takes its place serves. */
  | { kind: 'delete'; record: StampedRecord; why: DeleteReason; needs: string[] }
  | { kind: 'delete'; record: ModelRecord; why: 'adopted'; needs: string[] };

/** The ordered changes of one object, and when to look again for those that have to wait. */
export interface Plan {
  changes: Change[];
  /** Milliseconds since 1970. */
  dueAt?: number;
}

export interface ServeInput {
  owner: string;
  source: SourceRef;
  uid: string;
  /** What may be registered: wanted by the object, and its public name granted. */
  granted: Registration[];
  /** By public name: parameters that the object wants and that are not written now. A row that stands keeps what it has of them. */
  withheld?: ReadonlyMap<string, Record<string, Json>>;
  /** Wanted names that another has: their rows, if any, are kept. */
  refused: string[];
  /** Names whose rows of ours have to go at once. */
  yielded: string[];
  /** False while a first registration waits: then rows are kept in step and none is added. */
  mayStart: boolean;
  /** All rows of the owner that carry the object's source key, of any uid. */
  records: StampedRecord[];
  /** Rows that `register` made for the object: each serves beside ours of its name for `settle`, and goes. Those of other names stay. */
  stopgaps?: StampedRecord[];
  now: number;
  settleMs: number;
}

/**
 * The changes that bring an object's rows to what it wants, in the order in which they are safe:
 * first what is added, then what is changed, then what goes.
 */
export function planServe(input: ServeInput): Plan {
  const { granted, records, stopgaps = [], now, settleMs } = input;
  const later: number[] = [];
  const writes: Change[] = [];
  const deletes: Change[] = [];
  const kept = new Set<StampedRecord>();
  const serving: string[] = [];
  const wantedNames = new Set([...granted.map((one) => one.publicName), ...input.refused, ...input.yielded]);
  const renames = renamedRow(input, wantedNames);

  for (const registration of granted) {
    const rows = entryRows(input, registration.publicName);
    const [current, ...superseded] = rows;
    const dead = records
      .filter((one) => one.stamp.uid !== input.uid && one.publicName === registration.publicName)
      .sort(byMaking);
    const made = stopgaps.filter((one) => one.publicName === registration.publicName).sort(byMaking);
    if (!current) {
      if (!input.mayStart && records.every((one) => one.stamp.uid !== input.uid)) continue;
      const former = dead[0] ?? made[0];
      const place = former ?? renames;
      const entry = build(input, registration, 1, former ? Date.parse(former.stamp.since) : now, now);
      writes.push({
        kind: 'create',
        entry,
        ...(place && { copyFrom: place }),
        why: dead[0] ? 'recreated' : renames && !former ? 'renamed' : 'new',
      });
    } else {
      kept.add(current);
      const write = settle(input, registration, current);
      if (write) writes.push(write);
    }
    const id = current?.id ?? entryId({ ...input, publicName: registration.publicName });
    serving.push(id);
    // The old rows of an entry serve beside the new one until every replica of LiteLLM knows that one, if they lead to the same backend.
    const due = (current ? Date.parse(current.stamp.created) : now) + settleMs;
    for (const record of [...superseded, ...dead]) {
      kept.add(record);
      if (due > now && backend(record) === wantedBackend(registration)) later.push(due);
      else deletes.push({ kind: 'delete', record, why: 'superseded', needs: [id] });
    }
    // Wherever they lead to, it was chosen for this object, which lives.
    for (const record of made) {
      if (due > now) later.push(due);
      else deletes.push({ kind: 'delete', record, why: 'superseded', needs: [id] });
    }
  }

  for (const record of records) {
    if (kept.has(record)) continue;
    if (record.stamp.uid !== input.uid) deletes.push({ kind: 'delete', record, why: 'recreated', needs: [] });
    else if (input.yielded.includes(record.publicName)) {
      deletes.push({ kind: 'delete', record, why: 'yielded', needs: [] });
    } else if (!wantedNames.has(record.publicName) && serving.length > 0) {
      deletes.push({ kind: 'delete', record, why: 'renamed', needs: serving });
    }
  }
  const changes = [...writes, ...deletes];
  return later.length > 0 ? { changes, dueAt: Math.min(...later) } : { changes };
}

/** True when a change takes a model, or a name of one, out of service. */
export function takesOut(change: Change): boolean {
  return change.kind === 'delete' && change.why !== 'superseded' && change.why !== 'adopted';
}

/** Takes out every row: the object is gone, going, stopped, or no longer ours. */
export function planWithdraw(records: StampedRecord[], why: DeleteReason = 'withdrawn'): Plan {
  return { changes: records.map((record) => ({ kind: 'delete', record, why, needs: [] })) };
}

/** Keeps every row of this object; those of an object that was deleted and made again under its name go. */
export function planHold(uid: string, records: StampedRecord[]): Plan {
  const dead = records.filter((record) => record.stamp.uid !== uid);
  return planWithdraw(dead, 'recreated');
}

/**
 * True when the rows were written for another served name or base path than the one that is wanted now.
 * Until a rollout is through, the old pods serve under the old ones. A row that was edited by hand does not count: its mark still says what was wanted.
 */
export function changesBackend({ owner, source, uid, granted, records }: ServeInput): boolean {
  const rows = records.filter((record) => record.stamp.uid === uid);
  if (rows.length === 0) return false;
  return granted.some((registration) => {
    const hash = registrationHash(registration);
    const base = entryId({ owner, source, uid, publicName: registration.publicName });
    const own = rows.filter((row) => splitId(row.id).base === base);
    if (own.some((row) => row.stamp.hash === hash)) return false;
    return !(own.length > 0 ? own : rows).some((row) => backend(row) === wantedBackend(registration));
  });
}

function backend({ params }: StampedRecord): string {
  const [model, base] = [text(params.model), text(params.api_base)];
  return `${model.slice(model.indexOf('/') + 1)} ${path(base)}`;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : canonical(value);
}

function wantedBackend({ servedName, apiBase }: Registration): string {
  return `${servedName} ${path(apiBase)}`;
}

function path(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** The rows of one entry of the living object, the newest first. */
export function entryRows({ owner, source, uid, records }: ServeInput, publicName: string): StampedRecord[] {
  const base = entryId({ owner, source, uid, publicName });
  return records
    .filter((record) => record.stamp.uid === uid && splitId(record.id).base === base)
    .sort((one, other) => splitId(other.id).generation - splitId(one.id).generation);
}

function build(
  input: ServeInput,
  registration: Registration,
  generation: number,
  since: number,
  created: number,
): Entry {
  const { owner, source, uid } = input;
  return buildEntry({ owner, source, uid, registration, generation, since, created });
}

/** The one entry whose name is no longer wanted, where just one new name is: what others set on it moves along. */
function renamedRow(input: ServeInput, wantedNames: Set<string>): StampedRecord | undefined {
  const missing = input.granted.filter((one) => entryRows(input, one.publicName).length === 0);
  const left = input.records.filter((one) => one.stamp.uid === input.uid && !wantedNames.has(one.publicName));
  const names = new Set(left.map((one) => one.publicName));
  return missing.length === 1 && names.size === 1 ? left.sort(byMaking)[0] : undefined;
}

/** The row that was made last comes first: what others set is set on that one. */
function byMaking(one: StampedRecord, other: StampedRecord): number {
  return Date.parse(other.stamp.created) - Date.parse(one.stamp.created);
}

type Mending = Change & { kind: 'update' | 'replace' };

/** What brings a row that stands in step without replacing it; settings that have to go stay until it is replaced. */
export function mendInPlace(
  input: ServeInput,
  wanted: Registration,
  record: StampedRecord,
): (Change & { kind: 'update' }) | undefined {
  const change = settle(input, wanted, record);
  if (change?.kind !== 'replace') return change;
  const fields = differences(change.fallback, record);
  return fields.length > 0 ? { kind: 'update', record, entry: change.fallback, fields } : undefined;
}

/** What one existing row needs: nothing, an update in place, or a replacement. */
function settle(input: ServeInput, wanted: Registration, record: StampedRecord): Mending | undefined {
  const registration = withStanding(wanted, input.withheld?.get(wanted.publicName) ?? {}, record);
  const { generation } = splitId(record.id);
  const since = Date.parse(record.stamp.since);
  const entry = build(input, registration, generation, since, Date.parse(record.stamp.created));
  const fields = differences(entry, record);
  const surplus = surplusKeys(entry, record);
  if (surplus.length > 0) {
    return {
      kind: 'replace',
      record,
      entry: build(input, registration, generation + 1, since, input.now),
      // Where the row cannot be replaced, it stays with the rest in step; the surplus keys stay ours, so that the next plan sees them.
      fallback: withKeys(entry, surplus),
      // That the mark differs too is no news: it lists the keys.
      fields: [...fields.filter(({ field }) => field !== MARK_FIELD), ...surplus.map((key) => removal(key, record))],
    };
  }
  return fields.length > 0 ? { kind: 'update', record, entry, fields } : undefined;
}

/** What is only withheld for a while is not taken out of a row: it would be replaced for that, and again afterwards. */
function withStanding(
  registration: Registration,
  withheld: Record<string, Json>,
  { params, stamp }: StampedRecord,
): Registration {
  const standing = Object.entries(withheld).flatMap(([key, value]): [string, Json][] => {
    const held = params[key];
    if (held === undefined || !stamp.keys.includes(`params.${key}`)) return [];
    return [[key, sameValue(held, value) ? value : held]];
  });
  if (standing.length === 0) return registration;
  return { ...registration, params: { ...registration.params, ...Object.fromEntries(standing) } };
}

function withKeys(entry: Entry, surplus: string[]): Entry {
  return { ...entry, stamp: { ...entry.stamp, keys: [...entry.stamp.keys, ...surplus].sort() } };
}

function removal(key: string, record: StampedRecord): FieldChange {
  const name = key.slice(key.indexOf('.') + 1);
  if (key.startsWith('info.')) return { field: `model_info.${name}`, from: shownInfo(record, name), to: undefined };
  return { field: `litellm_params.${name}`, from: shownParam(record, name), to: undefined };
}
