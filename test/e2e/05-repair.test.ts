import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import type { ShownModel } from './gateway.ts';
import { chatMeanwhile } from './meanwhile.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

const SETTLE_MS = 4_000;
const RESYNC_MS = 1_000;
/** The settle time, one resync, and what the calls themselves take on a busy machine. */
const REPAIRED_WITHIN_MS = SETTLE_MS + RESYNC_MS + 5_000;

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
  await scene.controller({
    litellmUrl: proxy.url,
    settings: { settle: `${SETTLE_MS}ms`, 'resync-interval': `${RESYNC_MS}ms` },
  });
});

afterEach(() => scene.close());

async function untilServed(name: string): Promise<ShownModel> {
  await until(`${name} is served`, async () => (await scene.gateway.chat(name)).status === 200);
  return scene.gateway.model(name);
}

/** So long after its last write that a list which differs is no lag but somebody's doing. */
async function untilSettled({ model_info: { id } }: ShownModel): Promise<void> {
  const [row] = (await readStored(scene.bed)).filter((one) => one.model_id === id);
  const writtenAt = Date.parse(`${row?.updated_at}Z`);
  await until('its last write is settled', () => Date.now() > writtenAt + SETTLE_MS + 100);
}

const keepsOfUser = { annotations: { 'model-name': 'chat', 'max-model-len': '4096' } };

test.for(['at once', 'when all is settled'])(
  '5: an api_base that somebody edits in LiteLLM %s is put right within the settle time and one resync',
  async (when) => {
    await scene.serve({ name: 'qwen', ...keepsOfUser });
    const before = await untilServed('chat');
    if (when !== 'at once') await untilSettled(before);
    await scene.gateway.edit(before.model_info.id, {
      litellm_params: { api_base: 'http://127.0.0.1:9/v1' },
      model_info: { id: before.model_info.id, max_tokens: 1 },
    });
    await until(
      'the model is as it was',
      async () => {
        const { litellm_params, model_info } = await scene.gateway.model('chat');
        return litellm_params.api_base === before.litellm_params.api_base && model_info.max_tokens === 4096;
      },
      REPAIRED_WITHIN_MS,
    );
    expect((await scene.gateway.chat('chat')).status).toBe(200);
    await until('the Event tells', async () =>
      (await scene.events('qwen')).some((event) =>
        /^Updated: "chat": .*api_base http:\/\/127.0.0.1:9\/v1 → /.test(event),
      ),
    );
  },
);

test.for(['at once', 'when all is settled'])(
  '5: a row that somebody deletes %s is back within the settle time and one resync',
  async (when) => {
    await scene.serve({ name: 'qwen', ...keepsOfUser });
    const before = await untilServed('chat');
    if (when !== 'at once') await untilSettled(before);
    await scene.gateway.deleteRow(before.model_info.id);
    expect(await scene.gateway.models()).toHaveLength(0);
    await until('the model is back', async () => (await scene.gateway.models()).length === 1, REPAIRED_WITHIN_MS);
    const after = await scene.gateway.model('chat');
    expect(after.model_info.id).toBe(before.model_info.id);
    expect(after.litellm_params).toEqual(before.litellm_params);
    expect((await scene.gateway.chat('chat')).status).toBe(200);
  },
);

test('5: a model that somebody renames in LiteLLM has its name back within the settle time and one resync', async () => {
  await scene.serve({ name: 'qwen', ...keepsOfUser });
  const before = await untilServed('chat');
  await scene.gateway.edit(before.model_info.id, { model_name: 'renamed-by-hand' });
  await until(
    'the model has its name back',
    async () => (await scene.gateway.models()).every((row) => row.model_name === 'chat'),
    REPAIRED_WITHIN_MS,
  );
  expect((await untilServed('chat')).model_info.id).toBe(before.model_info.id);
  expect((await scene.gateway.chat('renamed-by-hand')).status).toBe(400);
});

test('5: a model table that lost all its rows is filled again within the settle time and one resync', async () => {
  const names = ['one', 'two', 'three', 'four', 'five'];
  for (const name of names) await scene.serve({ name, annotations: { enabled: 'true' } });
  for (const name of names) await untilServed(name);
  const before = await scene.gateway.models();

  await scene.bed.postgres.psql('DELETE FROM "LiteLLM_ProxyModelTable"');
  await until(
    'all rows are back',
    async () => (await readStored(scene.bed)).length === names.length,
    REPAIRED_WITHIN_MS,
  );
  for (const name of names) await untilServed(name);
  const ids = (rows: ShownModel[]): string[] => rows.map((row) => row.model_info.id).toSorted();
  expect(ids(await scene.gateway.models())).toEqual(ids(before));
  proxy.forget();
  await resyncs(proxy, 3);
  expect(writesAt(proxy)).toEqual([]);
});

test("5: an administrator's block stays: over resyncs, a change, a replacement and a rename", async () => {
  await scene.serve({ name: 'qwen', ...keepsOfUser });
  const { model_info: first } = await untilServed('chat');
  await scene.gateway.edit(first.id, { blocked: true });
  await until('the call is refused', async () => (await scene.gateway.chat('chat')).status === 403);
  const calls = chatMeanwhile(scene.gateway, 'chat');
  proxy.forget();
  await resyncs(proxy, 3);
  expect(writesAt(proxy)).toEqual([]);
  expect((await onlyRow()).blocked).toBe(true);

  await scene.apply({ name: 'qwen', annotations: { 'model-name': 'chat', 'max-model-len': '8192' } });
  await until('the change has arrived', async () => (await onlyRow()).model_info.max_tokens === 8192);
  expect(await onlyRow()).toMatchObject({ model_id: first.id, blocked: true });

  await scene.apply({ name: 'qwen', annotations: { 'model-name': 'chat' } });
  await until('the row has been replaced', async () => (await onlyRow()).model_id === `${first.id}.2`, 30_000);
  expect((await onlyRow()).blocked).toBe(true);
  expect(Object.keys(await calls.stop())).toEqual(['403']);

  await scene.apply({ name: 'qwen', annotations: { 'model-name': 'renamed' } });
  await until('the model is renamed', async () => (await onlyRow()).model_name === 'renamed');
  expect((await onlyRow()).blocked).toBe(true);
  expect((await scene.gateway.chat('renamed')).status).toBe(403);

  await scene.gateway.edit((await onlyRow()).model_id, { blocked: false });
  await untilServed('renamed');
});

/** The one row of the table; throws where there are several. */
async function onlyRow() {
  const [row, ...others] = await readStored(scene.bed);
  if (!row || others.length > 0) throw new Error(`there are ${others.length + 1} rows`);
  return row;
}
