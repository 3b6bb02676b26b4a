import { canonical, sameValue } from './canonical.ts';
import type { Entry, ModelRecord } from './entry.ts';
import { holdsHidden } from './hidden.ts';
import type { Json } from './registration.ts';
import { showable } from './showable.ts';
import { STAMP_KEY } from './stamp.ts';

/** One field in which a row is not what it should be; hidden values are never among `from` and `to`. */
export interface FieldChange {
  /** As LiteLLM calls it, for example `model_info.max_tokens`. */
  field: string;
  from: Json | undefined;
  to: Json | undefined;
}

/** The field that differs where no other does that can be seen: the mark. */
export const MARK_FIELD = `model_info.${STAMP_KEY}`;

/**
 * Lists what a row lacks to be the entry: every key that we set and that reads back unmasked, and the digest for those that do not.
 * Keys that others added to the row are left alone.
 */
export function differences(entry: Entry, record: ModelRecord): FieldChange[] {
  const changes: FieldChange[] = [];
  if (record.publicName !== entry.publicName) {
    changes.push({ field: 'model_name', from: record.publicName, to: entry.publicName });
  }
  for (const [key, to] of Object.entries(entry.params)) {
    if (holdsHidden(key, to) || sameValue(record.params[key], to)) continue;
    changes.push({ field: `litellm_params.${key}`, from: shownParam(record, key), to });
  }
  for (const [key, to] of Object.entries(entry.info)) {
    if (!sameValue(record.info[key], to))
      changes.push({ field: `model_info.${key}`, from: shownInfo(record, key), to });
  }
  if (changes.length > 0) return changes;
  return sameMark(entry, record) ? [] : [{ field: MARK_FIELD, from: mark(record), to: mark(entry) }];
}

/** The keys that we set earlier and no longer want. LiteLLM's PATCH cannot take a key away (a null is ignored), so the row must be replaced. */
export function surplusKeys(entry: Entry, record: ModelRecord): string[] {
  const wanted = new Set(entry.stamp.keys);
  return (record.stamp?.keys ?? []).filter((key) => !wanted.has(key) && heldValue(record, key) !== undefined);
}

/** What may be shown of a row's parameter, which somebody may have changed. */
export function shownParam(record: ModelRecord, key: string): Json | undefined {
  const value = record.params[key];
  return value === undefined ? undefined : showable(key, value);
}

/** What may be shown of a key of a row's `model_info`. By their names alone none is secret: LiteLLM masks none there. */
export function shownInfo(record: ModelRecord, key: string): Json | undefined {
  const value = record.info[key];
  return value === undefined ? undefined : showable('', value);
}

function heldValue(record: ModelRecord, key: string): Json | undefined {
  const [where, name] = [key.slice(0, key.indexOf('.')), key.slice(key.indexOf('.') + 1)];
  if (where === 'info') return record.info[name];
  return holdsHidden(name, '') ? true : record.params[name];
}

const mark = (row: { stamp?: Entry['stamp'] }): Json | undefined => row.stamp?.hash;

function sameMark(entry: Entry, record: ModelRecord): boolean {
  const { stamp } = record;
  if (!stamp) return false;
  const essence = ({ owner, source, uid, hash, keys, generation }: Entry['stamp']): Json => [
    owner,
    source,
    uid,
    hash,
    [...keys],
    generation,
  ];
  return canonical(essence(stamp)) === canonical(essence(entry.stamp));
}
