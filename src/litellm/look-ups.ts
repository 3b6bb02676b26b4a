import type { ModelRecord } from '../registration/index.ts';
import type { LiteLlmClient } from './client.ts';

/** For how long one reading of all rows answers for every name, in milliseconds: as long as some dozens of writes take. */
const SHARED_MS = 10_000;

/** For how long a name that was asked for counts towards what a reading saves, in milliseconds. */
const COUNTED_MS = 30_000;

/** While so many writes wait, what is looked up now is not written at once anyway. */
const CROWD = 4;

/** Rows whose reading costs LiteLLM as much as looking one name up does: 0.84 ms a row, 25 to 30 ms a name (measured on 1.106.0, 2 cores). */
const ROWS_PER_NAME = 30;

/** More rows are not read at once: LiteLLM, which has one thread, would answer nobody for more than a second. */
const MOST_ROWS = 1000;

/** Looks into LiteLLM's database for rows that no list shows yet. */
export interface LookUps {
  /**
   * Rows that have this name, or this id: ids can be called like names.
   *
   * @throws LiteLlmError
   */
  find(name: string, signal?: AbortSignal): Promise<ModelRecord[]>;
}

export interface LookUpsOptions {
  client: Pick<LiteLlmClient, 'findByName' | 'findById' | 'findAll'>;
  /** Rows that are known, and whether they are of the database. */
  known: () => readonly Pick<ModelRecord, 'id' | 'stored'>[];
  /** Writes that wait for their turn. */
  waitingWrites: () => number;
  /** A clock that never goes back, in milliseconds. */
  now: () => number;
}

interface Reading {
  at: number;
  /** Undefined where it did not show all there is. */
  rows: Promise<ModelRecord[] | undefined>;
}

/**
 * As a rule a name is looked up by itself. While names stand in a line, one reading of the whole table answers for all of them: two look-ups for each
 * would take a fifth of LiteLLM's time while hundreds of models are onboarded.
 */
export function createLookUps({ client, known, waitingWrites, now }: LookUpsOptions): LookUps {
  /** When names were asked for, of late. */
  let asked: number[] = [];
  let last: Reading | undefined;

  async function find(name: string, signal?: AbortSignal): Promise<ModelRecord[]> {
    asked = [...asked.filter((time) => now() - time < COUNTED_MS), now()];
    const shared = await sharedReading(signal)?.rows;
    if (shared) return shared.filter((row) => row.publicName === name || row.id === name);
    const [named, called] = await Promise.all([client.findByName(name, signal), client.findById(name, signal)]);
    return called ? [...named, called] : named;
  }

  function sharedReading(signal?: AbortSignal): Reading | undefined {
    if (waitingWrites() < CROWD) return undefined;
    if (last && now() - last.at < SHARED_MS) return last;
    if (!paysOff()) return undefined;
    const reading: Reading = { at: now(), rows: readAll(signal) };
    last = reading;
    // Who asked fails with it; the next one asks anew.
    reading.rows.catch(() => {
      if (last === reading) last = undefined;
    });
    return reading;
  }

  function paysOff(): boolean {
    const rows = known().length;
    return rows < asked.length * ROWS_PER_NAME && rows < MOST_ROWS;
  }

  async function readAll(signal?: AbortSignal): Promise<ModelRecord[] | undefined> {
    const before = new Set(known().flatMap(({ id, stored }) => (stored ? [id] : [])));
    const rows = await client.findAll(MOST_ROWS, signal);
    if (!rows || before.size === 0) return undefined;
    const ids = new Set(rows.map(({ id }) => id));
    // What misses a row that is known may miss others: so might a LiteLLM that takes the wildcard for a letter.
    if (![...before].every((id) => ids.has(id))) return undefined;
    return rows.filter(({ id }) => !before.has(id));
  }

  return { find };
}
