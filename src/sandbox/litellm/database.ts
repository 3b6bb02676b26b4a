import type { Fields } from '../fields.ts';

/** A row of the model table. */
export interface Row {
  readonly model_id: string;
  readonly model_name: string;
  readonly litellm_params: Fields;
  readonly model_info: Fields;
  readonly blocked: boolean;
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

/** A database that cannot be reached. */
export class DatabaseDown extends Error {
  override readonly name = 'DatabaseDown';

  constructor() {
    super('All connection attempts failed');
  }
}

/** The model table that all replicas share. Every access throws a DatabaseDown while it is down. */
export class Database {
  /** Whether it cannot be reached. */
  isDown = false;
  readonly #rows = new Map<string, Row>();
  readonly #credentials = new Map<string, Fields>();

  /** All rows, oldest first. */
  all(): Row[] {
    this.#check();
    return [...this.#rows.values()];
  }

  find(id: string): Row | undefined {
    this.#check();
    return this.#rows.get(id);
  }

  /** The values of every credential, by its name. */
  credentials(): ReadonlyMap<string, Fields> {
    this.#check();
    return new Map(this.#credentials);
  }

  putCredential(name: string, values: Fields): void {
    this.#check();
    this.#credentials.set(name, values);
  }

  /** Removes a credential; whether there was one. */
  removeCredential(name: string): boolean {
    this.#check();
    return this.#credentials.delete(name);
  }

  /** Writes a row in place of the one of its id, if any. */
  put(row: Row): void {
    this.#check();
    this.#rows.set(row.model_id, row);
  }

  /** Removes a row; whether there was one. */
  remove(id: string): boolean {
    this.#check();
    return this.#rows.delete(id);
  }

  clear(): void {
    this.#check();
    this.#rows.clear();
  }

  #check(): void {
    if (this.isDown) throw new DatabaseDown();
  }
}
