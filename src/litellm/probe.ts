import { z } from 'zod';
import type { ModelRecord } from '../registration/index.ts';
import { readRefusal, readRows } from './answers.ts';
import { LiteLlmError } from './errors.ts';
import type { Http, HttpAnswer } from './http.ts';

/** What LiteLLM lets a key do about its models. `untold`: this version answers otherwise. */
export type Management = 'admin' | 'not-admin' | 'no-database' | 'not-stored' | 'database-down' | 'untold';

/** What LiteLLM says of its database. `untold`: nothing, as versions do that keep it to themselves. */
export type DatabaseState = 'connected' | 'down' | 'none' | 'untold';

/** A row of the database, as a replica without it in memory shows it. */
export interface StoredRow {
  id: string;
  name: string;
  /** Its parameters cannot be decrypted: they were encrypted with another salt key. */
  encrypted: boolean;
}

/** Questions to LiteLLM that change nothing. Each throws {@link LiteLlmError} where there is no answer to it. */
export interface Probe {
  /** @throws LiteLlmError `unreadable` where something else than LiteLLM answers */
  database(signal?: AbortSignal): Promise<DatabaseState>;
  /** Undefined where this key is not told. */
  version(signal?: AbortSignal): Promise<string | undefined>;
  /** @throws LiteLlmError `unavailable` where something before LiteLLM answers that nothing is behind it */
  management(signal?: AbortSignal): Promise<Management>;
  /** Undefined where this key is not told. */
  reloadSeconds(signal?: AbortSignal): Promise<number | undefined>;
  /** Rows of the database, also those that no replica serves. Empty where LiteLLM does not search there. */
  stored(signal?: AbortSignal): Promise<StoredRow[]>;
}

/** No row has it: LiteLLM mints UUIDs, and ours end in a digest. */
const NO_ID = 'model-registrar-doctor-asks';

const Readiness = z.object({ status: z.string(), db: z.string().nullish() });
const Details = z.object({ litellm_version: z.string() });
const Settings = z.array(
  z.object({ field_name: z.string(), field_value: z.unknown(), field_default_value: z.unknown() }),
);
const Words = z.looseObject({ error: z.looseObject({ type: z.string().nullish() }).or(z.string()).optional() });

/** Endpoints, statuses and texts as measured on LiteLLM 1.106.0. */
export function createProbe(http: Http): Probe {
  const get = (path: string, signal?: AbortSignal): Promise<HttpAnswer> =>
    http.call({ operation: 'probe', method: 'GET', path, signal });

  async function database(signal?: AbortSignal): Promise<DatabaseState> {
    const { status, body } = await get('/health/readiness', signal);
    const said = Readiness.safeParse(body);
    if (!said.success || (status !== 200 && status !== 503)) throw new LiteLlmError('unreadable', { status });
    // A database that is configured and away is told by the status alone; none at all is 200 "Not connected".
    if (status === 503) return 'down';
    const { db } = said.data;
    if (!db) return 'untold';
    return db.toLowerCase() === 'connected' ? 'connected' : 'none';
  }

  async function version(signal?: AbortSignal): Promise<string | undefined> {
    return Details.safeParse((await get('/health/readiness/details', signal)).body).data?.litellm_version;
  }

  /**
   * Unblocking a model that does not exist: LiteLLM looks for its database first, then for `store_model_in_db`, then at the role of the
   * key, and only then for the row. PATCH and delete look for the row before the role, so that they do not tell.
   */
  async function management(signal?: AbortSignal): Promise<Management> {
    const { status, body } = await http.call({
      operation: 'probe',
      method: 'POST',
      path: '/model/unblock',
      body: { model_id: NO_ID },
      signal,
    });
    const text = JSON.stringify(body ?? null);
    if (/DB not connected|No DB Connected/i.test(text)) return 'no-database';
    if (/only supported for DB-stored models|STORE_MODEL_IN_DB/.test(text)) return 'not-stored';
    if (status >= 500) {
      const refusal = readRefusal(status, body);
      if (refusal.kind === 'error' && refusal.error.code === 'database-down') return 'database-down';
      // An ingress without LiteLLM behind it says nothing of its database.
      if (refusal.kind === 'error' && refusal.error.code === 'unavailable') throw refusal.error;
    }
    // Others than administrators get 401 by their role (an internal user) or 403 (one who may look at everything).
    if (status === 401 || status === 403) return 'not-admin';
    const { error } = Words.safeParse(body).data ?? {};
    const type = typeof error === 'object' ? error.type : undefined;
    return status === 404 && type === 'not_found_error' ? 'admin' : 'untold';
  }

  async function reloadSeconds(signal?: AbortSignal): Promise<number | undefined> {
    const { body } = await get('/config/list?config_type=general_settings', signal);
    const field = Settings.safeParse(body).data?.find(
      (one) => one.field_name === 'proxy_config_reload_interval_seconds',
    );
    const seconds = z.number().positive();
    return seconds.safeParse(field?.field_value).data ?? seconds.safeParse(field?.field_default_value).data;
  }

  /**
   * The search of LiteLLM looks at names that a replica serves, and at those of the database that it did not find there. `%` stands in no
   * name, as a rule, and for every name in the database's own search. A replica that serves nothing searches nothing.
   */
  async function stored(signal?: AbortSignal): Promise<StoredRow[]> {
    const { status, body } = await get('/v2/model/info?search=%25&size=20000', signal);
    if (status !== 200) return [];
    return readRows(body).map((row) => ({ id: row.id, name: row.publicName, encrypted: looksEncrypted(row) }));
  }

  return { database, version, management, reloadSeconds, stored };
}

/** LiteLLM takes a value that it cannot decrypt as it is: `v3:gcm:…`, or base64 without a provider before a slash. */
export function looksEncrypted({ params }: ModelRecord): boolean {
  return [params.model, params.api_base].some(
    (value) => typeof value === 'string' && /^(?:v\d+:\w+:|[\w-]{48,}={0,2}$)/.test(value),
  );
}
