import { z } from 'zod';
import { type Json, type ModelRecord, readStamp, type Stamp } from '../registration/index.ts';
import { LiteLlmError, type LiteLlmErrorCode } from './errors.ts';

/** Whatever stands in it came out of a JSON parser: walking through its 160 keys once more would only cost time. */
const fields = z.custom<Record<string, Json>>(isObject);

const Row = z.object({
  model_name: z.string(),
  litellm_params: fields,
  model_info: z.custom<Record<string, Json> & { id: string }>(
    (value) => isObject(value) && typeof value.id === 'string',
  ),
});

const RowList = z.object({ data: z.array(z.unknown()) });

const StoredRow = z.object({
  litellm_params: fields.or(z.string()),
  model_info: fields.or(z.string()),
  blocked: z.boolean().nullish(),
});

/** How much of each row is kept: the keys that its mark names, or all that LiteLLM shows. */
export type Extent = 'own-keys' | 'whole';

/**
 * Reads a list of models. Rows of foreign kinds that are not deployments (agents) are passed over.
 *
 * @throws LiteLlmError `unreadable` when the answer is not a list.
 */
export function readRows(body: unknown, extent: Extent = 'own-keys'): ModelRecord[] {
  const list = RowList.safeParse(body);
  if (!list.success) throw new LiteLlmError('unreadable');
  return list.data.data.flatMap((row) => readRow(row, extent) ?? []);
}

/** One element of a list of models; undefined where it is no deployment. */
export function readRow(raw: unknown, extent: Extent = 'own-keys'): ModelRecord | undefined {
  const parsed = Row.safeParse(raw);
  if (!parsed.success) return undefined;
  const { model_name, litellm_params: params, model_info: info } = parsed.data;
  const stamp = readStamp(info);
  return {
    id: info.id,
    publicName: model_name,
    // LiteLLM shows some 7 KB a row, most of it from its price map: only what is compared or told has to be remembered.
    params: extent === 'whole' ? params : pick(params, ['model', 'api_base', ...keysOf('params.', stamp)]),
    info: extent === 'whole' ? info : pick(info, keysOf('info.', stamp)),
    stored: info.db_model === true,
    blocked: info.blocked === true,
    live: true,
    ...(stamp && { stamp }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(where: string, stamp: Stamp | undefined): string[] {
  return (stamp?.keys ?? []).flatMap((key) => (key.startsWith(where) ? [key.slice(where.length)] : []));
}

function pick(from: Record<string, Json>, keys: string[]): Record<string, Json> {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));
}

/** What the database holds of a row: PATCH answers it, `model_info` in clear, and in `litellm_params` each text encrypted. */
export interface StoredKeys {
  paramKeys: string[];
  /** The parameters whose values are not encrypted: numbers, switches, lists, objects. */
  plainParams: Record<string, Json>;
  info: Record<string, Json>;
  /** Absent where the answer does not tell. */
  blocked?: boolean;
}

/** @throws LiteLlmError `unreadable` when the answer is not a row. */
export function readStoredRow(body: unknown): StoredKeys {
  const parsed = StoredRow.safeParse(body);
  if (!parsed.success) throw new LiteLlmError('unreadable');
  const { litellm_params, model_info: info, blocked } = parsed.data;
  const params = asObject(litellm_params);
  return {
    paramKeys: Object.keys(params),
    plainParams: Object.fromEntries(Object.entries(params).filter(([, value]) => typeof value !== 'string')),
    info: asObject(info),
    ...(typeof blocked === 'boolean' && { blocked }),
  };
}

function asObject(value: Record<string, Json> | string): Record<string, Json> {
  const parsed = fields.safeParse(typeof value === 'string' ? fromJson(value) : value);
  if (!parsed.success) throw new LiteLlmError('unreadable');
  return parsed.data;
}

/** The parser's own error quotes the text, which may be a secret. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LiteLlmError('unreadable');
  }
}

/** LiteLLM answers errors in four shapes (envelope, `detail` text, `detail.error`, `detail[]`); this takes the text out of any. */
const ErrorBody = z.union([
  z.object({ error: z.object({ message: z.string(), type: z.string().nullish() }) }),
  z.object({ error: z.string() }).transform(({ error }) => ({ error: { message: error, type: undefined } })),
  z.object({ detail: z.string() }).transform(({ detail }) => ({ error: { message: detail, type: undefined } })),
  z
    .object({ detail: z.object({ error: z.string() }) })
    .transform(({ detail }) => ({ error: { message: detail.error, type: undefined } })),
  z
    .object({ detail: z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() })) })
    .transform(({ detail }) => ({
      error: {
        message: detail.map((one) => `${one.loc.filter((part) => part !== 'body').join('.')}: ${one.msg}`).join('; '),
        type: 'validation',
      },
    })),
]);

/** The marks by which LiteLLM 1.106.0's texts are told apart; each was seen on the real proxy. */
const SAVED_NOT_LIVE = /was saved to the database, but/;
const CREATE_FAILED = /Failed to add model to db/;
const NOT_IN_DB = /not found in db/;
const NO_ROUTER = /(?:LLM Model List|LLM Router) not loaded in/i;
const NO_DATABASE = /No DB Connected|STORE_MODEL_IN_DB|only supported for DB-stored models/;

/** An answer that is no success, reduced to what the caller can act on. */
export type Refusal =
  | { kind: 'saved-not-live' }
  | { kind: 'not-in-database' }
  | { kind: 'no-models-yet' }
  | { kind: 'error'; error: LiteLlmError };

/**
 * Tells what a status other than 200 means. Facts measured on LiteLLM 1.106.0: an unknown id is 400 on delete and 404 on PATCH,
 * a duplicate id and a lost database are one and the same 500, and a lost database is 400 "Authentication Error" on delete.
 */
export function readRefusal(status: number, body: unknown, retryAfterMs?: number): Refusal {
  const parsed = ErrorBody.safeParse(body);
  const message = parsed.success ? parsed.data.error.message : '';
  const type = parsed.success ? parsed.data.error.type : undefined;
  if (SAVED_NOT_LIVE.test(message)) return { kind: 'saved-not-live' };
  if (NOT_IN_DB.test(message) || (status === 404 && type === 'not_found_error')) return { kind: 'not-in-database' };
  if (NO_ROUTER.test(message)) return { kind: 'no-models-yet' };
  const code = codeOf(status, message, type, parsed.success);
  // Only LiteLLM's own words on a validation are repeated: other texts can hold the hash of a key.
  const hint = type === 'validation' ? message.slice(0, 300) : undefined;
  return {
    kind: 'error',
    error: new LiteLlmError(code, {
      status,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(hint !== undefined && { hint }),
    }),
  };
}

function codeOf(status: number, message: string, type: string | null | undefined, known: boolean): LiteLlmErrorCode {
  if (NO_DATABASE.test(message)) return 'no-database';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 429) return 'too-many-requests';
  if (status === 503 && type === 'no_db_connection') return 'database-down';
  if (CREATE_FAILED.test(message)) return 'create-failed';
  if (status === 400 && message.startsWith('Authentication Error')) return 'server-error';
  // Nothing stands behind the Service or the ingress: LiteLLM itself answers none of these but 503 for its database.
  if (status === 502 || status === 503 || status === 504) return 'unavailable';
  if (status >= 500) return 'server-error';
  // FastAPI's own words, or those of whatever stands there: the path is unknown, not a model.
  if (status === 405 || (status === 404 && (!known || message === 'Not Found'))) return 'unreadable';
  if (status >= 400) return 'rejected';
  return 'unreadable';
}
