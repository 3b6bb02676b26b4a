import { sameValue } from './canonical.ts';
import type { ModelRecord } from './entry.ts';
import { holdsHidden } from './hidden.ts';
import { mayPass, type PassThroughPlace } from './pass-through.ts';
import type { Json } from './registration.ts';
import { showable } from './showable.ts';
import { STAMP_KEY } from './stamp.ts';

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

/** What ours is made of, with what it keeps of the row whose settings are taken over. */
export function withKept(theirs: ModelRecord, ours: Pick<ModelRecord, 'params' | 'info'>): typeof ours {
  const keep = (place: PassThroughPlace) =>
    Object.entries(theirs[place]).flatMap(([key, value]): [string, Json][] => {
      const kept = keptSetting(theirs, place, key, value);
      return kept === undefined ? [] : [[key, kept]];
    });
  return {
    params: { ...Object.fromEntries(keep('params')), ...ours.params },
    info: { ...Object.fromEntries(keep('info')), ...ours.info },
  };
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
