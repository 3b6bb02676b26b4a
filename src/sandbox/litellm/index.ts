import { randomBytes } from 'node:crypto';
import { CallLog } from '../calls.ts';
import { Faults } from '../faults.ts';
import { listen } from '../server.ts';
import { Database } from './database.ts';
import type { Deployment } from './deployment.ts';
import { answer, operationOf } from './operations.ts';
import { Replica } from './replica.ts';
import { type ModelDescription, type Parts, SandboxLiteLlm } from './sandbox-litellm.ts';

export type { Row } from './database.ts';
export type { ModelDescription, RowChange, SandboxLiteLlm } from './sandbox-litellm.ts';

/** How an in-memory LiteLLM is set up. */
export interface LiteLlmOptions {
  /** 0, the default, takes a free port. Further replicas take free ports in any case. */
  readonly port?: number;
  /** How many processes share the database; 1 unless told. */
  readonly replicas?: number;
  /** How often each loads the database, in milliseconds; 30 s unless told, as LiteLLM's default. The replica that a write goes to loads at once. */
  readonly reloadMilliseconds?: number;
  /** A random one unless told. */
  readonly masterKey?: string;
  /** Models of the config file: they are listed with `db_model: false` and cannot be changed. */
  readonly configModels?: readonly ModelDescription[];
}

function configDeployment(model: ModelDescription): Deployment {
  const id = model.id ?? randomBytes(32).toString('hex');
  return { id, name: model.name, params: model.params, info: { ...model.info, id, db_model: false }, isBlocked: false };
}

/** Starts an in-memory LiteLLM on 127.0.0.1. Throws if the port is taken. */
export async function startLiteLlm(options: LiteLlmOptions = {}): Promise<SandboxLiteLlm> {
  const database = new Database();
  const config = (options.configModels ?? []).map(configDeployment);
  const parts: Parts = {
    faults: new Faults(),
    calls: new CallLog(),
    keys: {
      master: options.masterKey ?? `sk-${randomBytes(16).toString('hex')}`,
      user: `sk-${randomBytes(16).toString('hex')}`,
    },
    database,
    replicas: Array.from({ length: options.replicas ?? 1 }, () => new Replica(database, config)),
    reloadMilliseconds: options.reloadMilliseconds ?? 30_000,
  };
  const servers = await Promise.all(
    parts.replicas.map((replica, index) =>
      listen({
        port: index === 0 ? (options.port ?? 0) : 0,
        faults: parts.faults,
        calls: parts.calls,
        operation: operationOf,
        handle: (request) => answer({ replica, database }, parts.keys, request),
        errorBody: (status) => ({
          error: { message: 'Internal server error', type: 'internal_server_error', param: null, code: String(status) },
        }),
      }),
    ),
  );
  return new SandboxLiteLlm(parts, servers);
}
