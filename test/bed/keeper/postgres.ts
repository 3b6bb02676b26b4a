import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BedError, EMPTY_DATABASE, freePort, run, runStep } from '../base/index.ts';
import type { Service, Services } from './service.ts';

export interface Postgres {
  service: Service;
  url: string;
  psql: string;
}

interface User {
  uid: number;
  gid: number;
}

/**
 * Makes a database cluster of its own in the folder and starts it on loopback, with LiteLLM's tables. `bin` is the folder of PostgreSQL's binaries,
 * `migrations` a file of SQL. The folder must be one that other users can pass through: PostgreSQL refuses to run as root.
 */
export async function startPostgres(
  services: Services,
  folder: string,
  bin: string,
  migrations: string,
): Promise<Postgres> {
  const port = await freePort();
  const password = randomBytes(16).toString('hex');
  const user = process.getuid?.() === 0 ? await postgresUser() : undefined;
  const home = join(folder, 'postgres');
  const passwordFile = join(home, 'password');
  const data = join(home, 'data');
  await mkdir(home, { mode: 0o700 });
  await writeFile(passwordFile, password);
  if (user !== undefined) await Promise.all([home, passwordFile].map((path) => chown(path, user.uid, user.gid)));

  const common = {
    cwd: home,
    env: { PATH: process.env.PATH ?? '', HOME: home, LC_ALL: 'C' },
    logFile: join(folder, 'postgres.log'),
    ...(user === undefined ? {} : { user }),
  };
  const initdb = ['-D', data, '-U', 'bed', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8', '-N'];
  await runStep({ ...common, command: join(bin, 'initdb'), args: initdb });

  const psql = join(bin, 'psql');
  const server = `postgresql://bed:${password}@127.0.0.1:${port}`;
  const service = services.add({
    ...common,
    name: 'postgres',
    command: join(bin, 'postgres'),
    args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', ...settings()],
    // Fast shutdown: it breaks off the connections, as a database that is taken away does.
    stopSignal: 'SIGINT',
    deathSignal: 'QUIT',
    readyWithinMs: 60_000,
    isReady: async () => (await run(psql, [`${server}/postgres`, '-Atqc', 'SELECT 1'])).stdout.trim() === '1',
  });
  await service.start();
  await run(psql, [`${server}/postgres`, '-qc', `CREATE DATABASE ${EMPTY_DATABASE}`]);
  const empty = `${server}/${EMPTY_DATABASE}`;
  const quiet = { ...common.env, PGOPTIONS: '-c client_min_messages=warning' };
  await run(psql, [empty, '-q', '-v', 'ON_ERROR_STOP=1', '-f', migrations], { env: quiet });
  await run(psql, [`${server}/postgres`, '-qc', `CREATE DATABASE litellm TEMPLATE ${EMPTY_DATABASE}`]);
  return { service, url: `${server}/litellm`, psql };
}

function settings(): string[] {
  // Nothing here outlives the bed: what makes a database safe against a power cut only costs time.
  const wanted = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'unix_socket_directories='];
  return wanted.flatMap((setting) => ['-c', setting]);
}

async function postgresUser(): Promise<User> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch (error) {
    const message =
      'PostgreSQL refuses to run as root and there is no user "postgres": add it (useradd --system postgres) or run the bed as another user.';
    throw new BedError('tool-missing', message, { cause: error });
  }
}
