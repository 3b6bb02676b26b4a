import { randomUUID } from 'node:crypto';
import type { CallLog } from '../calls.ts';
import type { Faults } from '../faults.ts';
import type { Fields } from '../fields.ts';
import type { Listening } from '../server.ts';
import type { Database, Row } from './database.ts';
import type { Keys } from './operations.ts';
import type { Replica } from './replica.ts';
import { newRow, patchedRow } from './rows.ts';

/** A model as somebody else than our client would put it there. */
export interface ModelDescription {
  readonly id?: string;
  readonly name: string;
  readonly params: Readonly<Fields>;
  readonly info?: Readonly<Fields>;
  readonly blocked?: boolean;
}

/** What is changed of a row; params and info are merged at their top level. */
export interface RowChange {
  readonly name?: string;
  readonly params?: Readonly<Fields>;
  readonly info?: Readonly<Fields>;
  readonly blocked?: boolean;
}

/**
 * An in-memory LiteLLM (as version 1.106) on 127.0.0.1: processes that share one database. Clients speak to it over HTTP;
 * the methods here are for the one who plays the rest of the world, and go by the database alone, as SQL does: a replica
 * notices at its next reload, or at `reload`.
 */
export class SandboxLiteLlm {
  readonly faults: Faults;
  readonly calls: CallLog;
  /** The first replica's. */
  readonly url: string;
  /** Those of all replicas. */
  readonly urls: readonly string[];
  readonly masterKey: string;
  /** The key of a user who is no admin. */
  readonly userKey: string;
  readonly #database: Database;
  readonly #replicas: readonly Replica[];
  readonly #servers: readonly Listening[];
  readonly #timer: NodeJS.Timeout;

  constructor(parts: Parts, servers: readonly Listening[]) {
    this.faults = parts.faults;
    this.calls = parts.calls;
    this.urls = servers.map((server) => server.url);
    this.url = this.urls[0] ?? '';
    this.masterKey = parts.keys.master;
    this.userKey = parts.keys.user;
    this.#database = parts.database;
    this.#replicas = parts.replicas;
    this.#servers = servers;
    this.#timer = setInterval(() => this.reload(), parts.reloadMilliseconds);
  }

  /** The rows of the database, oldest first, with all that is in them: unmasked, keys too. */
  rows(): readonly Row[] {
    return this.#database.all();
  }

  /** The row of an id, if there is one. */
  row(id: string): Row | undefined {
    return this.#database.find(id);
  }

  /** Puts a row into the database; gives back its id. */
  insert(model: ModelDescription): string {
    const { id = randomUUID(), name, params, info, blocked = false } = model;
    this.#database.put(newRow({ id, name, params, info: { ...info, id }, blocked }));
    return id;
  }

  /** Changes a row in the database. Throws when there is none of that id. */
  edit(id: string, change: RowChange): void {
    const row = this.#database.find(id);
    if (!row) throw new RangeError(`no row has the id ${id}`);
    const { name, params = {}, info, blocked } = change;
    this.#database.put(patchedRow(row, { name, params, info, blocked }));
  }

  /** Removes a row from the database. */
  remove(id: string): void {
    this.#database.remove(id);
  }

  /** Empties the model table. */
  truncate(): void {
    this.#database.clear();
  }

  /** Takes the database away, or gives it back. Calls go on being answered, as LiteLLM answers them then. */
  setDatabaseDown(isDown: boolean): void {
    this.#database.isDown = isDown;
  }

  /** All replicas load the database now. */
  reload(): void {
    for (const replica of this.#replicas) replica.load();
  }

  /** Cuts all connections and frees the ports. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}

/** What an in-memory LiteLLM is made of. */
export interface Parts {
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly keys: Keys;
  readonly database: Database;
  readonly replicas: readonly Replica[];
  readonly reloadMilliseconds: number;
}
