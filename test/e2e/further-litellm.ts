import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bed } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { type Gateway, openGateway } from './gateway.ts';

/** A LiteLLM beside the bed's own, with a database and a key of its own. */
export interface FurtherLiteLlm {
  url: string;
  masterKey: string;
  keyFile: string;
  gateway: Gateway;
  /** It accepts connections and answers none. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Takes all rows out of its database, and waits until it has noticed. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one; it takes some ten seconds. */
export async function startFurtherLiteLlm({ litellm, postgres }: Bed): Promise<FurtherLiteLlm> {
  const tail = randomBytes(4).toString('hex');
  const database = `litellm_${tail}`;
  const masterKey = `sk-further-${randomBytes(24).toString('hex')}`;
  const url = await postgres.createDatabase(database);
  const replica = await litellm.startReplica({ DATABASE_URL: url, LITELLM_MASTER_KEY: masterKey });
  const gateway = openGateway({ request: (method, path, body) => replica.request(method, path, body, masterKey) });
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-e2e-'));
  const keyFile = join(folder, 'key');
  await writeFile(keyFile, masterKey, { mode: 0o600 });
  return {
    url: replica.url,
    masterKey,
    keyFile,
    gateway,
    pause: () => replica.pause(),
    resume: () => replica.resume(),
    clear: async () => {
      await postgres.psql('DELETE FROM "LiteLLM_ProxyModelTable"', database);
      await until('it has forgotten earlier rows', async () => (await gateway.models()).length === 0, 30_000);
    },
    stop: async () => {
      await replica.stop();
      await rm(folder, { recursive: true });
    },
  };
}
