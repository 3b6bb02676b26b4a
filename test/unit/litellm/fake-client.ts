import type { StoredKeys } from '../../../src/litellm/answers.ts';
import type { LiteLlmClient, RowInput, WriteResult } from '../../../src/litellm/client.ts';
import { LiteLlmError, type LiteLlmErrorCode } from '../../../src/litellm/errors.ts';
import type { ModelRecord } from '../../../src/registration/entry.ts';
import { holdsHidden, isHidden } from '../../../src/registration/hidden.ts';
import type { Json } from '../../../src/registration/registration.ts';
import { readStamp, STAMP_KEY } from '../../../src/registration/stamp.ts';

/** A row of the database: with the true values of all parameters, and the mark within the info. */
export interface DatabaseRow {
  publicName: string;
  params: Record<string, Json>;
  info: Record<string, Json>;
  blocked: boolean;
}

type Operation = keyof LiteLlmClient;

/**
 * LiteLLM in memory, as it was measured: the id is a primary key, PATCH merges and takes nothing away, a list is one replica's memory
 * without hidden values, a search reads the database too.
 */
export interface FakeLiteLlm {
  client: LiteLlmClient;
  database: Map<string, DatabaseRow>;
  /** What a look-up shows: the memory of the replica that answers, also where the database has the row no more, and what only the database has. */
  visible: () => Map<string, DatabaseRow>;
  /** What was called, as `create ID`, in its order. */
  calls: string[];
  /** What the last call of its kind wrote. */
  lastBody: RowInput | undefined;
  /** The replica that answers lists loads nothing until `reload`. */
  lag(): void;
  reload(): void;
  /** Ids that LiteLLM stores and does not take into service. */
  unservable: Set<string>;
  /** The next call of this kind fails: before it is done, or after. */
  fail(operation: Operation, code: LiteLlmErrorCode, when?: 'before' | 'after'): void;
  /** A row made by somebody else; returns its id. */
  addByHand(id: string, row: Partial<DatabaseRow>): string;
  /** A row deleted by somebody else, through the replica that answers, unless that one lags. */
  deleteByHand: (id: string) => void;
}

export function fakeLiteLlm(): FakeLiteLlm {
  const database = new Map<string, DatabaseRow>();
  const calls: string[] = [];
  const unservable = new Set<string>();
  const failures: { operation: Operation; code: LiteLlmErrorCode; when: 'before' | 'after' }[] = [];
  let memory = new Map<string, DatabaseRow>();
  let lagging = false;

  function load(): void {
    const servable = [...database].filter(([id]) => !unservable.has(id));
    memory = new Map(servable.map(([id, row]) => [id, structuredClone(row)]));
  }

  async function call<T>(operation: Operation, what: string, act: () => T): Promise<T> {
    calls.push(what === '' ? operation : `${operation} ${what}`);
    const index = failures.findIndex((one) => one.operation === operation);
    const failure = index < 0 ? undefined : failures.splice(index, 1)[0];
    if (failure?.when === 'before') throw new LiteLlmError(failure.code);
    const result = act();
    if (!lagging) load();
    if (failure) throw new LiteLlmError(failure.code);
    return result;
  }

  function store(id: string, { entry, blocked, params, info }: RowInput, before?: DatabaseRow): WriteResult {
    const mark = JSON.parse(JSON.stringify(entry.stamp)) as Json;
    database.set(id, {
      publicName: entry.publicName,
      params: { ...before?.params, ...params, ...entry.params },
      info: { ...before?.info, ...info, ...entry.info, [STAMP_KEY]: mark },
      blocked: blocked ?? before?.blocked ?? false,
    });
    return unservable.has(id) ? 'saved' : 'live';
  }

  function stored(id: string): StoredKeys {
    const row = database.get(id);
    const params = Object.entries(row?.params ?? {});
    return {
      paramKeys: params.map(([key]) => key),
      plainParams: Object.fromEntries(params.filter(([, value]) => typeof value !== 'string')),
      info: { id, ...row?.info },
      blocked: row?.blocked ?? false,
    };
  }

  const visible = (): Map<string, DatabaseRow> =>
    new Map([...memory, ...[...database].filter(([id]) => !memory.has(id))]);

  function found(matches: (id: string, row: DatabaseRow) => boolean): ModelRecord[] {
    return [...visible()].filter(([id, row]) => matches(id, row)).map(([id, row]) => shown(id, row));
  }

  const fake: FakeLiteLlm = {
    database,
    visible,
    calls,
    unservable,
    lastBody: undefined,
    lag() {
      lagging = true;
    },
    reload() {
      lagging = false;
      load();
    },
    fail: (operation, code, when = 'before') => void failures.push({ operation, code, when }),
    addByHand(id, row) {
      database.set(id, { publicName: 'by-hand', params: { model: 'bedrock/x' }, info: {}, blocked: false, ...row });
      if (!lagging) load();
      return id;
    },
    deleteByHand(id) {
      database.delete(id);
      if (!lagging) load();
    },
    client: {
      list: () => call('list', '', () => [...memory].map(([id, row]) => shown(id, row))),
      findByName: (name) => call('findByName', name, () => found((_id, row) => row.publicName === name)),
      findAll(most) {
        return call('findAll', '', () => {
          const all = found(() => true);
          return all.length > most ? undefined : all;
        });
      },
      findById: (id) => call('findById', id, () => found((other) => other === id)[0]),
      create(row) {
        fake.lastBody = row;
        const { id } = row.entry;
        return call('create', id, () => {
          if (database.has(id)) throw new LiteLlmError('create-failed');
          return store(id, row);
        });
      },
      update(id, row) {
        fake.lastBody = row;
        return call('update', id, () => {
          const before = database.get(id);
          if (!before) return undefined;
          const result = store(id, row, before);
          return result === 'live' ? { result, stored: stored(id) } : { result };
        });
      },
      touch: (id) => call('touch', id, () => (database.has(id) ? stored(id) : undefined)),
      remove: (id) => call('remove', id, () => database.delete(id)),
    },
  };
  return fake;
}

/** A row as a list shows it. */
function shown(id: string, { publicName, params, info, blocked }: DatabaseRow): ModelRecord {
  const stamp = readStamp(info);
  const visible = Object.entries(params).flatMap(([key, value]): [string, Json][] => {
    if (key === 'api_key') return [];
    return [[key, isHidden(key) || holdsHidden(key, value) ? 'abcd****wxyz' : value]];
  });
  return {
    id,
    publicName,
    params: { ...Object.fromEntries(visible), use_in_pass_through: false },
    info: { ...info, id, db_model: true, key: 'from-the-price-map' },
    stored: true,
    blocked,
    live: true,
    ...(stamp && { stamp }),
  };
}
