import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy, ReplicaHandle } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { readTable } from './model-table.ts';
import { resyncs } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

/** How long changes go on: E2E_MINUTES=10 for the long run. */
const MINUTES = Number(process.env.E2E_MINUTES ?? 2);
const RELOAD_SECONDS = 10;

let scene: Scene;
let folder: string;
let replicas: ReplicaHandle[] = [];
let gateways: Gateway[];
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  folder = await mkdtemp(join(tmpdir(), 'model-registrar-e2e-'));
  const config = join(folder, 'litellm.yaml');
  const settings = {
    master_key: 'os.environ/LITELLM_MASTER_KEY',
    store_model_in_db: true,
    proxy_config_reload_interval_seconds: RELOAD_SECONDS,
    disable_model_info_refresh: true,
  };
  await writeFile(config, JSON.stringify({ general_settings: settings }));
  replicas = [];
  for (let count = 0; count < 2; count += 1)
    replicas.push(await scene.bed.litellm.startReplica({ CONFIG_FILE_PATH: config }));
  gateways = replicas.map((replica) => openGateway(replica));
  proxy = await scene.bed.startProxy(...replicas.map(({ url }) => url));
});

afterEach(async () => {
  await scene.close();
  await Promise.all(replicas.map((replica) => replica.stop()));
  await rm(folder, { recursive: true });
});

const succeeded = (method: string, path: RegExp): number =>
  proxy.calls.filter((call) => call.method === method && path.test(call.path) && call.status === 200).length;
const made = (): number => succeeded('POST', /^\/model\/new/);
const changed = (): number => succeeded('PATCH', /^\/model\//);
const deleted = (): number => succeeded('POST', /^\/model\/delete/);

async function make(name: string): Promise<void> {
  await scene.apply({ name, annotations: { enabled: 'true', 'max-model-len': '1024' } });
  await scene.setStatus({ name });
}

const KEPT = ['kept-0', 'kept-1', 'kept-2', 'kept-3', 'kept-4'];

test(
  '26: two replicas that read their database every 10 s, behind one address: each change is one write, and nothing else is written',
  async () => {
    const settings = { settle: '30s', 'resync-interval': '2s', 'name-cooldown': '1s' };
    const controller = await scene.controller({ litellmUrl: proxy.url, settings });
    for (const name of [...KEPT, 'edited', 'by-hand']) await make(name);
    const wanted = { made: KEPT.length + 2, changed: 0, deleted: 0 };
    await until('all are made', () => made() === wanted.made, 60_000);
    const before = (await readTable(scene.bed)).filter(({ name }) => KEPT.includes(name));
    const idOf = async (name: string): Promise<string> =>
      (await readTable(scene.bed)).find((row) => row.name === name)?.id ?? '';
    const byHand = await idOf('by-hand');

    const ends = performance.now() + MINUTES * 60_000;
    let repairs = 0;
    for (let round = 0; performance.now() < ends; round += 1) {
      await make(`short-${round}`);
      wanted.made += 1;
      await until('the new one is made', () => made() === wanted.made, 30_000);

      const length = { metadata: { annotations: { 'model-registrar.io/max-model-len': `${2048 + round}` } } };
      await scene.cluster.patch('edited', scene.namespace, length);
      wanted.changed += 1;
      await until('the change is written', () => changed() === wanted.changed, 30_000);

      // A short while later, so that each replica has it or not.
      await resyncs(proxy, 1 + (round % 5));
      await scene.remove(`short-${round}`);
      wanted.deleted += 1;
      await until('it is taken out', () => deleted() === wanted.deleted, 30_000);

      if (round % 4 === 3) {
        await gateways[round % 2]?.edit(byHand, { model_info: { id: byHand, max_tokens: round } });
        wanted.changed += 1;
        repairs += 1;
        await until('the edit is repaired', () => changed() === wanted.changed, 60_000);
        // Until both have loaded that, another edit of the same row could not be told from what a replica still remembers.
        await resyncs(proxy, 12);
      }
      expect({ made: made(), changed: changed(), deleted: deleted() }).toEqual(wanted);
    }
    // Longer than `settle`: what a list shows counts again.
    await resyncs(proxy, 20);
    expect({ made: made(), changed: changed(), deleted: deleted() }).toEqual(wanted);
    expect(proxy.calls.filter(({ method, status }) => method !== 'GET' && status !== 200)).toEqual([]);
    const after = (await readTable(scene.bed)).filter(({ name }) => KEPT.includes(name));
    expect(after).toEqual(before);
    for (const gateway of gateways) {
      const names = (await gateway.models()).map((row) => row.model_name);
      expect(names.toSorted()).toEqual(['by-hand', 'edited', ...KEPT]);
    }
    expect(controller.output()).not.toMatch(/unexpected/i);
    const lists = proxy.counts()['GET /model/info'];
    console.info(
      `26: ${MINUTES} minutes, ${lists} lists, ${JSON.stringify({ ...wanted, repairs })}: no write beyond these`,
    );
  },
  (MINUTES + 5) * 60_000,
);
