import type { Declarer, LastHolder, StampedRecord } from '../registration/index.ts';
import { parseSourceKey } from '../registration/index.ts';

/** Who declares which public name, and who held it last. */
export interface NameBook {
  /** Notes what a living object declares; replaces what was noted for it. */
  declare(key: string, declarer: Declarer, names: readonly string[]): void;
  /** The object is gone, or going. */
  forget(key: string): void;
  declarersOf(name: string): Declarer[];
  /** All rows of the owner, as they are now: a name that had rows and has none is kept for its holder for a while. */
  rowsSeen(rows: Iterable<StampedRecord>): void;
  /** The rows of the owner under one name, as they are now. */
  nameSeen(name: string, rows: readonly StampedRecord[]): void;
  lastHolderOf(name: string): LastHolder | undefined;
}

/**
 * @param cooldownMs - how long a name is kept for the namespace whose last row under it went, in milliseconds
 */
export function createNameBook(cooldownMs: number, now: () => number): NameBook {
  const declared = new Map<string, { declarer: Declarer; names: readonly string[] }>();
  const byName = new Map<string, Set<string>>();
  /** Of each name with rows of the owner: the namespace of one of them. */
  const holders = new Map<string, string>();
  const lastHolders = new Map<string, LastHolder>();

  function declare(key: string, declarer: Declarer, names: readonly string[]): void {
    forget(key);
    declared.set(key, { declarer, names });
    for (const name of names) byName.set(name, (byName.get(name) ?? new Set()).add(key));
  }

  function forget(key: string): void {
    for (const name of declared.get(key)?.names ?? []) {
      const keys = byName.get(name);
      keys?.delete(key);
      if (keys?.size === 0) byName.delete(name);
    }
    declared.delete(key);
  }

  function rowsSeen(rows: Iterable<StampedRecord>): void {
    const present = new Map<string, StampedRecord[]>();
    for (const row of rows) present.set(row.publicName, [...(present.get(row.publicName) ?? []), row]);
    for (const name of new Set([...holders.keys(), ...present.keys()])) nameSeen(name, present.get(name) ?? []);
    for (const [name, { until }] of lastHolders) if (until <= now()) lastHolders.delete(name);
  }

  function nameSeen(name: string, rows: readonly StampedRecord[]): void {
    const [row] = rows;
    const namespace = row && parseSourceKey(row.stamp.source)?.namespace;
    const before = holders.get(name);
    if (namespace) holders.set(name, namespace);
    else if (before) {
      holders.delete(name);
      lastHolders.set(name, { namespace: before, until: now() + cooldownMs });
    }
  }

  return {
    declare,
    forget,
    declarersOf: (name) => [...(byName.get(name) ?? [])].flatMap((key) => declared.get(key)?.declarer ?? []),
    rowsSeen,
    nameSeen,
    lastHolderOf: (name) => lastHolders.get(name),
  };
}
