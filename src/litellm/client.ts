import { type Entry, type Json, type ModelRecord, STAMP_KEY } from '../registration/index.ts';
import { type Extent, readRefusal, readRow, readRows, readStoredRow, type StoredKeys } from './answers.ts';
import { LiteLlmError } from './errors.ts';
import type { Http, HttpAnswer } from './http.ts';

/** Rows of one list: more than it is meant for (20,000), and so few that an answer without an end stays far below the memory of the Deployment. */
const MAX_ROWS = 25_000;

/** `saved` means: the row is in the database, but LiteLLM did not take it into service. */
export type WriteResult = 'live' | 'saved';

/** What is written; `blocked` only where it is to be set. */
export interface RowInput {
  entry: Entry;
  blocked?: boolean;
  /** Further keys to keep, from the row whose place this one takes. */
  params?: Record<string, Json>;
  info?: Record<string, Json>;
}

/** LiteLLM's management API, as far as it is used. Each method throws {@link LiteLlmError}. */
export interface LiteLlmClient {
  /** Every model that the answering replica knows, config-file models included. One replica's memory: it lags (up to 16 s seen). */
  list(signal?: AbortSignal): Promise<ModelRecord[]>;
  /** Rows whose name is exactly this one, from the replica's memory and the database. */
  findByName(publicName: string, signal?: AbortSignal): Promise<ModelRecord[]>;
  /** Every row that the database holds; models of the config file are none. Undefined where there are more than `most`. */
  findAll(most: number, signal?: AbortSignal): Promise<ModelRecord[] | undefined>;
  /** One row, from the replica's memory or the database. */
  findById(id: string, signal?: AbortSignal): Promise<ModelRecord | undefined>;
  /** @throws LiteLlmError `create-failed` for an id that is there already, and for a lost database: the answers are the same. */
  create(row: RowInput, signal?: AbortSignal): Promise<WriteResult>;
  /** Merges into the row; what the database then holds comes back. Undefined where there is no such row: the database decides, not memory. */
  update(
    id: string,
    row: RowInput,
    signal?: AbortSignal,
  ): Promise<{ result: WriteResult; stored?: StoredKeys } | undefined>;
  /** Writes nothing into a row, and gives what the database holds of it; undefined where there is no such row. */
  touch(id: string, signal?: AbortSignal): Promise<StoredKeys | undefined>;
  /** @returns false where there was no such row. */
  remove(id: string, signal?: AbortSignal): Promise<boolean>;
}

/**
 * The client over HTTP. Endpoints, statuses and texts as measured on LiteLLM 1.106.0.
 *
 * @param maxRows - longer lists are not read to their end, and are no lists then
 */
export function createClient(http: Http, maxRows = MAX_ROWS): LiteLlmClient {
  async function list(signal?: AbortSignal): Promise<ModelRecord[]> {
    return unexpanded((await stream('list', '/model/info', signal)).rows, signal);
  }

  /** Reads rows as they arrive: megabytes in one piece would hold up all else. `count` includes those that cannot be read. */
  async function stream(operation: string, path: string, signal?: AbortSignal) {
    const rows: ModelRecord[] = [];
    let count = 0;
    const onRow = (raw: unknown): void => {
      count += 1;
      // An answer without an end could be one of many small rows.
      if (count > maxRows) throw new LiteLlmError('unreadable', { hint: 'the answer is too long' });
      const row = readRow(raw);
      if (row) rows.push(row);
    };
    const answer = await http.call({ operation, method: 'GET', path, signal, onRow });
    if (answer.status === 200) return { rows, count };
    const refusal = refusalOf(answer);
    if (refusal.kind === 'no-models-yet') return { rows: [], count: 0 };
    const error = errorOf(refusal);
    // A list names no model that could be refused: whoever refuses it is not LiteLLM.
    throw error.code === 'rejected' ? new LiteLlmError('unreadable', { status: answer.status }) : error;
  }

  async function findAll(most: number, signal?: AbortSignal): Promise<ModelRecord[] | undefined> {
    // The search goes on to the database as a pattern of LIKE (measured on LiteLLM 1.106.0). One row more tells that there are more.
    const query = new URLSearchParams({ search: '%', size: `${most + 1}` });
    const { rows, count } = await stream('search', `/v2/model/info?${query.toString()}`, signal);
    return count > most ? undefined : rows;
  }

  /**
   * The list shows a row whose name is a pattern of a provider that LiteLLM knows models of (`openai/*`) once for each of these, under their names and its
   * id; a search shows it as it is (measured on LiteLLM 1.106.0). One that cannot be found any more is left out.
   */
  async function unexpanded(listed: ModelRecord[], signal?: AbortSignal): Promise<ModelRecord[]> {
    const repeated = repeatedIds(listed);
    if (repeated.size === 0) return listed;
    const patterns = (await find({ search: '*' }, 'own-keys', signal)).filter(({ id }) => repeated.has(id));
    return [...listed.filter(({ id }) => !repeated.has(id)), ...patterns];
  }

  async function find(query: Record<string, string>, extent: Extent, signal?: AbortSignal): Promise<ModelRecord[]> {
    const path = `/v2/model/info?${new URLSearchParams({ ...query, size: '1000' }).toString()}`;
    const answer = await http.call({ operation: 'search', method: 'GET', path, signal });
    if (answer.status === 200) return readRows(answer.body, extent);
    const refusal = refusalOf(answer);
    if (refusal.kind === 'no-models-yet' || refusal.kind === 'not-in-database') return [];
    throw errorOf(refusal);
  }

  async function findByName(publicName: string, signal?: AbortSignal): Promise<ModelRecord[]> {
    return (await find({ search: publicName }, 'own-keys', signal)).filter((row) => row.publicName === publicName);
  }

  async function findById(id: string, signal?: AbortSignal): Promise<ModelRecord | undefined> {
    return (await find({ modelId: id }, 'whole', signal)).find((row) => row.id === id);
  }

  async function create(row: RowInput, signal?: AbortSignal): Promise<WriteResult> {
    const answer = await http.call({
      operation: 'create',
      method: 'POST',
      path: '/model/new',
      body: bodyOf(row),
      signal,
    });
    if (answer.status === 200) {
      expectObject(answer);
      return 'live';
    }
    const refusal = refusalOf(answer);
    if (refusal.kind === 'saved-not-live') return 'saved';
    throw errorOf(refusal);
  }

  async function update(id: string, row: RowInput, signal?: AbortSignal) {
    return patch(id, bodyOf(row), signal);
  }

  async function touch(id: string, signal?: AbortSignal): Promise<StoredKeys | undefined> {
    const touched = await patch(id, { model_info: { id } }, signal);
    // A row that LiteLLM cannot serve is answered without what it holds.
    if (touched && !touched.stored) throw new LiteLlmError('not-shown');
    return touched?.stored;
  }

  async function patch(id: string, body: Json, signal?: AbortSignal) {
    const path = `/model/${encodeURIComponent(id)}/update`;
    const answer = await http.call({ operation: 'update', method: 'PATCH', path, body, signal });
    if (answer.status === 200) return { result: 'live' as const, stored: readStoredRow(answer.body) };
    const refusal = refusalOf(answer);
    if (refusal.kind === 'saved-not-live') return { result: 'saved' as const };
    if (refusal.kind === 'not-in-database') return undefined;
    throw errorOf(refusal);
  }

  async function remove(id: string, signal?: AbortSignal): Promise<boolean> {
    const answer = await http.call({
      operation: 'delete',
      method: 'POST',
      path: '/model/delete',
      body: { id },
      signal,
    });
    if (answer.status === 200) {
      expectObject(answer);
      return true;
    }
    const refusal = refusalOf(answer);
    if (refusal.kind === 'not-in-database') return false;
    throw errorOf(refusal);
  }

  return { list, findByName, findAll, findById, create, update, touch, remove };
}

/** A page that an ingress or a log-in answers with 200 is no proof that anything was written. */
function expectObject({ status, body }: HttpAnswer): void {
  if (typeof body !== 'object' || body === null) throw new LiteLlmError('unreadable', { status });
}

function repeatedIds(rows: readonly ModelRecord[]): Set<string> {
  const first = new Map<string, ModelRecord>();
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
  return new Set(rows.filter((row) => first.get(row.id) !== row).map(({ id }) => id));
}

function bodyOf({ entry, blocked, params, info }: RowInput): Json {
  return {
    model_name: entry.publicName,
    litellm_params: { ...params, ...entry.params },
    // PATCH mints a random id into model_info when none is sent.
    model_info: { ...info, ...entry.info, id: entry.id, [STAMP_KEY]: stampJson(entry) },
    ...(blocked !== undefined && { blocked }),
  };
}

function stampJson({ stamp: { blockedByUs, retain, ...rest } }: Entry): Json {
  return { ...rest, ...(blockedByUs !== undefined && { blockedByUs }), ...(retain !== undefined && { retain }) };
}

function refusalOf({ status, body, retryAfterMs }: HttpAnswer) {
  return readRefusal(status, body, retryAfterMs);
}

function errorOf(refusal: ReturnType<typeof readRefusal>): LiteLlmError {
  if (refusal.kind === 'error') return refusal.error;
  return new LiteLlmError(refusal.kind === 'not-in-database' ? 'not-found' : 'server-error');
}
