import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CANARIES, CONFIG_MODELS, freePort, type ReplicaCoordinates } from '../base/index.ts';
import type { LiteLlmInstallation } from '../build/index.ts';
import type { Service, Services } from './service.ts';

export interface LiteLlmOptions {
  /** How often a replica reads its models from the database, in seconds. */
  reloadIntervalSeconds: number;
  /** Whether the config file holds models of its own. */
  configModels: boolean;
  /** Whether each call of a model leaves a row in its database. */
  callLogs: boolean;
}

export interface Replica {
  service: Service;
  coordinates: ReplicaCoordinates;
}

export interface LiteLlm {
  masterKey: string;
  /** Starts one more process on the same database; variables of its environment may be other ones, or (null) absent. */
  addReplica(env?: Record<string, string | null>): Promise<Replica>;
}

interface Surroundings {
  services: Services;
  folder: string;
  installation: LiteLlmInstallation;
  databaseUrl: string;
  /** The forward proxy that knows the cluster's names. */
  gatewayUrl: string;
}

const QUERY_ENGINE = join(import.meta.dirname, '..', 'query-engine', 'main.ts');

/** Prepares LiteLLM: its config file, its keys, its query engine. Starts no process yet. */
export async function prepareLiteLlm(around: Surroundings, options: LiteLlmOptions): Promise<LiteLlm> {
  const { folder, installation } = around;
  const masterKey = `sk-bed-${randomBytes(24).toString('hex')}`;
  const configFile = join(folder, 'litellm.yaml');
  const engine = join(folder, 'query-engine');
  await writeFile(configFile, config(options));
  await writeFile(engine, `#!/bin/sh\nexec '${process.execPath}' '${QUERY_ENGINE}' "$@"\n`);
  await chmod(engine, 0o755);
  // Nothing of the caller's environment but PATH: it may hold provider keys that are real.
  const env = {
    ...CANARIES,
    PATH: process.env.PATH ?? '',
    HOME: folder,
    CONFIG_FILE_PATH: configFile,
    DATABASE_URL: around.databaseUrl,
    LITELLM_MASTER_KEY: masterKey,
    LITELLM_SALT_KEY: randomBytes(24).toString('hex'),
    STORE_MODEL_IN_DB: 'True',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    DISABLE_SCHEMA_UPDATE: 'true',
    ENFORCE_PRISMA_MIGRATION_CHECK: 'false',
    DISABLE_ADMIN_UI: 'true',
    PRISMA_QUERY_ENGINE_BINARY: engine,
    QUERY_ENGINE_CLIENT: installation.prismaClient,
    HTTP_PROXY: around.gatewayUrl,
    HTTPS_PROXY: around.gatewayUrl,
    NO_PROXY: '127.0.0.1,localhost',
    AIOHTTP_TRUST_ENV: 'True',
  };

  let count = 0;
  const addReplica = async (others: Record<string, string | null> = {}): Promise<Replica> => {
    count += 1;
    const name = `litellm-${count}`;
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const logFile = join(folder, `${name}.log`);
    const service = around.services.add({
      name,
      command: installation.python,
      args: [
        '-m',
        'uvicorn',
        'litellm.proxy.proxy_server:app',
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--timeout-graceful-shutdown',
        '2',
      ],
      cwd: folder,
      env: Object.fromEntries(
        Object.entries({ ...env, ...others }).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
      ),
      logFile,
      readyWithinMs: 180_000,
      isReady: async () => (await fetch(`${url}/health/readiness`)).ok,
    });
    await service.start();
    return { service, coordinates: { name, url, logFile } };
  };
  return { masterKey, addReplica };
}

function config(options: LiteLlmOptions): string {
  // JSON is YAML too.
  return JSON.stringify(
    {
      ...(options.configModels ? { model_list: CONFIG_MODELS } : {}),
      // One call of a test is one call to a model server: nothing is tried again, and a failure does not take a model out of service.
      router_settings: { num_retries: 0, disable_cooldowns: true },
      general_settings: {
        master_key: 'os.environ/LITELLM_MASTER_KEY',
        store_model_in_db: true,
        proxy_config_reload_interval_seconds: options.reloadIntervalSeconds,
        // LiteLLM would ask every model server for its models from time to time: calls that no test made.
        disable_model_info_refresh: true,
        // Twenty calls a second would keep the stand-in for Prisma's engine busy with these rows alone.
        ...(options.callLogs ? {} : { disable_error_logs: true, disable_spend_logs: true }),
      },
    },
    undefined,
    2,
  );
}
