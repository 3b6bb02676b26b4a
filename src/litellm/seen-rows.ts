import { type Entry, type StampedRecord, splitId } from '../registration/index.ts';

/** Rows of the owner that once were seen: where a list misses one, the database decides whether it is gone. */
export interface SeenRows {
  note(row: StampedRecord): void;
  /** Whether the row of this id is the last that was seen of its entry. */
  has(id: string): boolean;
  /** It is known to be gone. */
  forget(id: string): void;
  /**
   * The row that is meant where an entry is to be made: rows are replaced by a next one, so that the last that was seen may not be the first. It keeps
   * since when it has its name.
   */
  standing(entry: Entry): Entry;
}

export function createSeenRows(): SeenRows {
  /** By the entry's id: its last row. */
  const last = new Map<string, StampedRecord>();

  function note(row: StampedRecord): void {
    const { base, generation } = splitId(row.id);
    const known = last.get(base);
    if (!known || splitId(known.id).generation <= generation) last.set(base, row);
  }

  const find = (id: string): StampedRecord | undefined => last.get(splitId(id).base);

  return {
    note,
    has: (id) => find(id)?.id === id,
    forget(id) {
      if (find(id)?.id === id) last.delete(splitId(id).base);
    },
    standing(entry) {
      const row = find(entry.id);
      if (!row || row.stamp.generation < entry.stamp.generation) return entry;
      const { generation, since, created } = row.stamp;
      return { ...entry, id: row.id, stamp: { ...entry.stamp, generation, since, created } };
    },
  };
}
