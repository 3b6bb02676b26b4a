import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { inject } from 'vitest';
import { z } from 'zod';
import { attachBed, CONFIG_MODELS } from '../bed/index.ts';
import { describeKubernetesContract } from '../contract/kubernetes.ts';
import { describeLiteLlmContract } from '../contract/litellm.ts';
import type { StoredModel } from '../contract/litellm-target.ts';

const bed = attachBed(inject('bed'));

/** Where etcd listens: its own command line says it. */
async function etcdUrl(): Promise<string> {
  const { pid } = await bed.kubernetes.etcd.status();
  const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  return z.url().parse(command[command.indexOf('--listen-client-urls') + 1]);
}

const rangeSchema = z.object({ header: z.object({ revision: z.string() }) });

/** Makes etcd forget all revisions but the newest. */
async function compact(): Promise<void> {
  const url = await etcdUrl();
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await request(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return answer.body.json();
  };
  const key = Buffer.from('/').toString('base64');
  const { header } = rangeSchema.parse(await post('/v3/kv/range', { key, limit: '1' }));
  await post('/v3/kv/compaction', { revision: header.revision, physical: true });
}

/** A text as PostgreSQL takes it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function insertRow({ id, name, params, info }: StoredModel): Promise<void> {
  const values = [id, name, JSON.stringify(params), JSON.stringify(info), 'sql', 'sql'].map(quoted);
  await bed.postgres.psql(
    `INSERT INTO "LiteLLM_ProxyModelTable" (model_id, model_name, litellm_params, model_info, created_by, updated_by)
     VALUES (${values.join(', ')})`,
  );
}

const newUserSchema = z.object({ key: z.string() });

async function makeUserKey(): Promise<string> {
  const { body } = await bed.litellm.request('POST', '/user/new', { user_role: 'internal_user' });
  return newUserSchema.parse(body).key;
}

describeKubernetesContract('the bed', async () => {
  const dispatcher = new Agent({ connect: { ca: await readFile(bed.kubernetes.caFile, 'utf8') } });
  return {
    url: bed.kubernetes.server,
    token: bed.kubernetes.adminToken,
    dispatcher,
    bookmarksWithin: 90_000,
    expireHistory: compact,
    stop: () => dispatcher.close(),
  };
});

describeLiteLlmContract('the bed', async () => ({
  url: bed.litellm.url,
  adminKey: bed.litellm.masterKey,
  userKey: await makeUserKey(),
  configModelId: CONFIG_MODELS[0].model_info.id,
  insertRow,
  setDatabaseDown: (isDown) => (isDown ? bed.postgres.stop() : bed.postgres.start()),
  reloadsWithin: 60_000,
}));
