import { sameValue } from './canonical.ts';
import { buildEntry, type ModelRecord } from './entry.ts';
import { holdsHidden } from './hidden.ts';
import { entryId } from './identity.ts';
import { mayPass, type PassThroughPlace } from './pass-through.ts';
import { type Change, entryRows, type Plan, type ServeInput } from './plan.ts';
import type { Json } from './registration.ts';
import { showable } from './showable.ts';
import { STAMP_KEY } from './stamp.ts';

/**
 * The changes by which an object's rows take the place of others': ours is made beside theirs, with what others set there, and theirs goes
 * `settle` later, when every replica of LiteLLM knows ours. Nothing else of the object is planned.
 *
 * @param adopted - the rows to take over that still stand
 * @param names - the public names that are taken over
 */
export function planAdoption(input: ServeInput, adopted: readonly ModelRecord[], names: ReadonlySet<string>): Plan {
  const { owner, source, uid, now, settleMs } = input;
  const later: number[] = [];
  const creates: Change[] = [];
  const deletes: Change[] = [];
  for (const registration of input.granted.filter(({ publicName }) => names.has(publicName))) {
    const { publicName } = registration;
    const theirs = adopted.filter((row) => row.publicName === publicName);
    const [current] = entryRows(input, publicName);
    if (!current) {
      if (!input.mayStart) continue;
      const since = inheritedSince(theirs) ?? now;
      const copyFrom = copiedOf(theirs);
      const entry = buildEntry({ owner, source, uid, registration, generation: 1, since, created: now });
      creates.push({ kind: 'create', why: 'adopted', entry, ...(copyFrom && { copyFrom }) });
    }
    const due = (current ? Date.parse(current.stamp.created) : now) + settleMs;
    const needs = [current?.id ?? entryId({ owner, source, uid, publicName })];
    for (const record of theirs) {
      if (due > now) later.push(due);
      else deletes.push({ kind: 'delete', record, why: 'adopted', needs });
    }
  }
  const changes = [...creates, ...deletes];
  return later.length > 0 ? { changes, dueAt: Math.min(...later) } : { changes };
}

/** Leaves nothing in a plan but what takes rows over. */
export function adoptionsOf(plan: Plan): Plan {
  return { ...plan, changes: plan.changes.filter((change) => 'why' in change && change.why === 'adopted') };
}

/** A moment before theirs: the older of two stamped rows stays, so that no controller takes ours out while both stand. */
function inheritedSince(theirs: readonly ModelRecord[]): number | undefined {
  const known = theirs.flatMap(({ stamp }) => (stamp ? [Date.parse(stamp.since)] : []));
  return known.length > 0 ? Math.min(...known) - 1 : undefined;
}

/** The one of several rows whose settings are taken over. */
export function copiedOf(rows: readonly ModelRecord[]): ModelRecord | undefined {
  return rows.toSorted(byMaking)[0];
}

/** Of several generations the last: what others set is set on that one. Of rows that were made by hand nothing tells: the first by id. */
function byMaking(one: ModelRecord, other: ModelRecord): number {
  const later = Date.parse(other.stamp?.created ?? '1970') - Date.parse(one.stamp?.created ?? '1970');
  return later || (one.id < other.id ? -1 : 1);
}

/**
 * What a row keeps of a setting of the one whose place it takes; undefined where it may not keep it.
 *
 * Of a row that was made by hand that is what a tenant may set: anything else could send calls, or LiteLLM's own credentials, elsewhere. What
 * others set on a row of an earlier owner id stood beside our settings already.
 *
 * @param value - as LiteLLM shows it, which may be a number as text
 */
export function keptSetting(theirs: ModelRecord, place: PassThroughPlace, key: string, value: Json): Json | undefined {
  if (place === 'params' && holdsHidden(key, value)) return undefined;
  if (theirs.stamp) return theirs.stamp.keys.includes(`${place}.${key}`) ? undefined : value;
  return [value, scalar(value)].find((one) => mayPass(place, key, one));
}

function scalar(value: Json): Json {
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/i.test(value) ? Number(value) : value;
}

/**
 * A setting of theirs, and what becomes of it: `kept` as it is, `changed` to what the object says, or `lost`. Values that LiteLLM hides are
 * undefined.
 */
export interface AdoptedSetting {
  /** As LiteLLM calls it, for example `litellm_params.rpm`. */
  field: string;
  fate: 'kept' | 'changed' | 'lost';
  value: Json | undefined;
  /** Where it is changed: what ours has. */
  ours?: Json;
}

/** Parameters that are told of apart, or that LiteLLM writes into each row by itself (`GenericLiteLLMParams`, 1.106.0). */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'model',
  'api_base',
  'allow_client_keepalive_override',
  'use_in_pass_through',
  'use_litellm_proxy',
  'use_xai_oauth',
]);

/** What LiteLLM itself tells in `model_info` of each model: nobody's setting. */
const OF_LITELLM: ReadonlySet<string> = new Set([
  STAMP_KEY,
  'id',
  'key',
  'db_model',
  'blocked',
  'direct_access',
  'access_via_team_ids',
  'litellm_provider',
  'supported_openai_params',
  'pricing_overrides',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
]);

/**
 * Compares a row that is taken over with the one that takes its place.
 *
 * @param theirs - the row as LiteLLM shows it, whole
 * @param ours - what the new row is made of, or what it is where it stands already
 * @param copied - true where ours gets what theirs had: neither where ours stands already, nor for the other rows of several
 */
export function adoptedSettings(
  theirs: ModelRecord,
  ours: Pick<ModelRecord, 'params' | 'info'>,
  copied: boolean,
): AdoptedSetting[] {
  const places: [PassThroughPlace, Record<string, Json>][] = [
    ['params', settingsIn(theirs.params, PASSED_OVER)],
    ['info', settingsIn(theirs.info, OF_LITELLM)],
  ];
  return places.flatMap(([place, held]) =>
    Object.entries(held).flatMap(([key, value]): AdoptedSetting[] => {
      const field = `${place === 'params' ? 'litellm_params' : 'model_info'}.${key}`;
      const mine = ours[place][key];
      if (mine !== undefined && !holdsHidden(key, value)) {
        const ofOurs = showable(key, mine);
        return sameValue(value, mine) || sameValue(mine, value)
          ? []
          : [{ field, fate: 'changed', value: showable(key, value), ...(ofOurs !== undefined && { ours: ofOurs }) }];
      }
      const kept = copied && keptSetting(theirs, place, key, value) !== undefined;
      return [{ field, fate: kept ? 'kept' : 'lost', value: showable(key, value) }];
    }),
  );
}

/** Prices in `model_info` are copies of those in the parameters, or of LiteLLM's own list. */
function settingsIn(held: Record<string, Json>, passedOver: ReadonlySet<string>): Record<string, Json> {
  const own = Object.entries(held).filter(
    ([key, value]) =>
      value !== null && value !== false && !passedOver.has(key) && !(passedOver === OF_LITELLM && key.includes('cost')),
  );
  return Object.fromEntries(own);
}
