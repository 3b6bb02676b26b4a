import { type BedCoordinates, EMPTY_DATABASE, run } from '../base/index.ts';
import type { Ask } from './ask.ts';
import { createServerHandle, type ServerHandle } from './server.ts';

/** LiteLLM's database. */
export interface PostgresHandle extends ServerHandle {
  readonly url: string;
  /**
   * Runs SQL, in LiteLLM's own database unless told otherwise, and gives the rows as text: a line each, columns separated by `|`. Throws
   * BedError `command-failed` with the database's words.
   */
  psql(sql: string, database?: string): Promise<string>;
  /** Makes a further database with LiteLLM's tables. @returns its address */
  createDatabase(name: string): Promise<string>;
}

/** The handle on a bed's database. */
export function createPostgresHandle(coordinates: BedCoordinates['postgres'], ask: Ask): PostgresHandle {
  const { url } = coordinates;
  const urlOf = (database: string): string => url.replace(/[^/]+$/, database);
  const psql = async (sql: string, database?: string): Promise<string> => {
    const { stdout } = await run(coordinates.psql, [
      database === undefined ? url : urlOf(database),
      '-Atq',
      '-v',
      'ON_ERROR_STOP=1',
      '-c',
      sql,
    ]);
    return stdout.trimEnd();
  };
  const createDatabase = async (name: string): Promise<string> => {
    await psql(`CREATE DATABASE ${name} TEMPLATE ${EMPTY_DATABASE}`, 'postgres');
    return urlOf(name);
  };
  return { ...createServerHandle('postgres', ask), url, psql, createDatabase };
}
