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
  /** What lets that row in again, where we had blocked it: it is made because its object serves. */
  liftOf(id: string): { blocked?: false };
}

/** No more than is needed: a row may hold the key of its backend. */
type Seen = Pick<StampedRecord, 'id' | 'stamp' | 'blocked'>;

export function createSeenRows(): SeenRows {
  /** By the entry's id: its last row. */
  const last = new Map<string, Seen>();

  function note(row: StampedRecord): void {
    const { id, stamp, blocked } = row;
    const { base, generation } = splitId(id);
    const known = last.get(base);
    if (!known || splitId(known.id).generation <= generation) last.set(base, { id, stamp, blocked });
  }

  const find = (id: string): Seen | undefined => last.get(splitId(id).base);

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
    liftOf(id) {
      const row = find(id);
      return row?.id === id && row.blocked && row.stamp.blockedByUs === true ? { blocked: false } : {};
    },
  };
}
