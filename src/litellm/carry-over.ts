import {
  type Entry,
  holdsHidden,
  type Json,
  keptSetting,
  type ModelRecord,
  STAMP_KEY,
  type StampedRecord,
} from '../registration/index.ts';
import type { StoredKeys } from './answers.ts';
import { LiteLlmError } from './errors.ts';

/** What others set on a row, and what the row that takes its place must have too. */
export interface CarryOver {
  blocked: boolean;
  params: Record<string, Json>;
  info: Record<string, Json>;
}

/** Keys that LiteLLM itself keeps in `model_info`: never somebody's setting. */
const OWN_TO_LITELLM: ReadonlySet<string> = new Set([STAMP_KEY, 'id', 'db_model', 'blocked', 'direct_access']);

/**
 * Collects what others set: of the keys that the database holds, those that are not ours.
 *
 * @param record - the row, with the mark that tells our keys
 * @param stored - what the database holds (a list adds values from LiteLLM's price map, which nobody set)
 * @param shown - the row as LiteLLM shows it now: parameters are encrypted in `stored`, and readable here
 * @throws LiteLlmError `not-shown` where a replica's memory lags behind the database: then it is tried again
 * @returns the names of hidden parameters instead where there are any: what is masked cannot be copied
 */
export function carryOver(
  record: StampedRecord,
  stored: StoredKeys,
  shown: ModelRecord,
): CarryOver | { hidden: string[] } {
  const ours = new Set(record.stamp.keys);
  const paramKeys = stored.paramKeys.filter((key) => !ours.has(`params.${key}`));
  const hidden = paramKeys.filter((key) => holdsHidden(key, shown.params[key]));
  if (hidden.length > 0) return { hidden };
  const info = Object.entries(stored.info).filter(([key]) => !ours.has(`info.${key}`) && !OWN_TO_LITELLM.has(key));
  const params = paramKeys.map((key): [string, Json] => [key, stored.plainParams[key] ?? shownValue(shown, key)]);
  return {
    blocked: (stored.blocked ?? shown.blocked) && record.stamp.blockedByUs !== true,
    params: Object.fromEntries(params),
    info: Object.fromEntries(info),
  };
}

/**
 * Collects what a row keeps of the one that it takes over: of the keys that the database holds, those that it may keep and does not set itself.
 *
 * @param theirs - the row that is taken over
 * @throws LiteLlmError `not-shown` as {@link carryOver}
 */
export function carryAdopted(theirs: ModelRecord, stored: StoredKeys, shown: ModelRecord, entry: Entry): CarryOver {
  const params = stored.paramKeys.flatMap((key): [string, Json][] => {
    if (key in entry.params || holdsHidden(key, null)) return [];
    const value = keptSetting(theirs, 'params', key, stored.plainParams[key] ?? shownValue(shown, key));
    return value === undefined ? [] : [[key, value]];
  });
  const info = Object.entries(stored.info).flatMap(([key, held]): [string, Json][] => {
    if (key in entry.info || OWN_TO_LITELLM.has(key)) return [];
    const value = keptSetting(theirs, 'info', key, held);
    return value === undefined ? [] : [[key, value]];
  });
  return {
    blocked: (stored.blocked ?? shown.blocked) && theirs.stamp?.blockedByUs !== true,
    params: Object.fromEntries(params),
    info: Object.fromEntries(info),
  };
}

function shownValue({ params }: ModelRecord, key: string): Json {
  const value = params[key];
  if (value === undefined) throw new LiteLlmError('not-shown');
  return value;
}
