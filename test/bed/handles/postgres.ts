import { type BedCoordinates, run } from '../base/index.ts';
import type { Ask } from './ask.ts';
import { createServerHandle, type ServerHandle } from './server.ts';

/** LiteLLM's database. */
export interface PostgresHandle extends ServerHandle {
  readonly url: string;
  /** Runs SQL and gives the rows as text: a line each, columns separated by `|`. Throws BedError `command-failed` with the database's words. */
  psql(sql: string): Promise<string>;
}

/** The handle on a bed's database. */
export function createPostgresHandle(coordinates: BedCoordinates['postgres'], ask: Ask): PostgresHandle {
  const { url } = coordinates;
  const psql = async (sql: string): Promise<string> => {
    const { stdout } = await run(coordinates.psql, [url, '-Atq', '-v', 'ON_ERROR_STOP=1', '-c', sql]);
    return stdout.trimEnd();
  };
  return { ...createServerHandle('postgres', ask), url, psql };
}
