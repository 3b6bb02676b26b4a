import { type ModelRecord, type SourceRef, type StampedRecord, sourceKey } from '../registration/index.ts';

/** Rows by id, by name and by the object that they stand for. */
export interface RowIndex {
  get(id: string): ModelRecord | undefined;
  has: (id: string) => boolean;
  all: () => ModelRecord[];
  ids(): Iterable<string>;
  /** Puts a row in the place of what stood under its id; undefined takes it away. */
  put(id: string, row: ModelRecord | undefined): void;
  recordsOf: (source: SourceRef) => StampedRecord[];
  underName: (publicName: string) => ModelRecord[];
  /** Rows whose name is a pattern that takes calls for this name, such as `openai/*`. */
  takingByPattern: (publicName: string) => ModelRecord[];
  owned: () => StampedRecord[];
  isOwned(row: ModelRecord | undefined): row is StampedRecord;
}

/** @param owner - whose rows count as owned */
export function createRowIndex(owner: string): RowIndex {
  const rows = new Map<string, ModelRecord>();
  const bySource = new Map<string, Set<string>>();
  const byName = new Map<string, Set<string>>();
  const patterns = new Map<string, RegExp>();

  function put(id: string, row: ModelRecord | undefined): void {
    const before = rows.get(id);
    if (before) {
      drop(byName, before.publicName, id);
      if (before.stamp) drop(bySource, before.stamp.source, id);
      patterns.delete(id);
    }
    if (!row) {
      rows.delete(id);
      return;
    }
    rows.set(id, row);
    add(byName, row.publicName, id);
    const pattern = patternOf(row.publicName);
    if (pattern) patterns.set(id, pattern);
    if (isOwned(row)) add(bySource, row.stamp.source, id);
  }

  function isOwned(row: ModelRecord | undefined): row is StampedRecord {
    return row?.stored === true && row.stamp?.owner === owner;
  }

  function pick(ids: Iterable<string> = []): ModelRecord[] {
    return [...ids].flatMap((id) => rows.get(id) ?? []);
  }

  return {
    get: (id) => rows.get(id),
    has: (id) => rows.has(id),
    all: () => [...rows.values()],
    ids: () => rows.keys(),
    put,
    recordsOf: (source) => pick(bySource.get(sourceKey(source))).filter(isOwned),
    underName: (publicName) => pick(byName.get(publicName)),
    takingByPattern: (publicName) =>
      pick([...patterns].flatMap(([id, pattern]) => (pattern.test(publicName) ? [id] : []))),
    owned: () => [...rows.values()].filter(isOwned),
    isOwned,
  };
}

/** A bare `*` takes what no other row has, so it stands in nobody's way; any other pattern means the names that it matches. */
function patternOf(publicName: string): RegExp | undefined {
  if (!publicName.includes('*') || publicName === '*') return undefined;
  const parts = publicName.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
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
