import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { whoAnswersMeanwhile } from './meanwhile.ts';
import { readTable } from './model-table.ts';
import { resyncs } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

let scene: Scene;
/** The namespace of an object that is older than the holder of the name, wants it too, and serves all the time. */
let rivals: string;

beforeEach(async () => {
  scene = await openScene();
  rivals = `${scene.namespace}-b`;
  await scene.cluster.createNamespace(rivals);
});

afterEach(() => scene.close());

const annotations = { 'model-name': 'chat' };

async function untilHeldBy(object: string): Promise<string> {
  return until(
    `${object} holds the name alone`,
    async () => {
      const [row, ...others] = (await readTable(scene.bed)).filter(({ name }) => name === 'chat');
      return others.length === 0 && row?.id.startsWith(`${object}.`) && row.id;
    },
    90_000,
  );
}

async function holderAndOlderRival(): Promise<{ holder: string; rival: string }> {
  await scene.serve({ namespace: rivals, name: 'rival', annotations: { 'model-name': 'another' } });
  // Kubernetes knows the age of objects in whole seconds.
  const second = Math.floor(Date.now() / 1000);
  await until('the next second has begun', () => Date.now() / 1000 >= second + 1);
  await scene.serve({ name: 'holder', annotations });
  await untilHeldBy(`${scene.namespace}.holder`);
  await scene.apply({ namespace: rivals, name: 'rival', annotations });
  await until('the rival is told', async () =>
    (await scene.events('rival', rivals)).some((event) => event.startsWith('NameConflict: "chat" is held by ')),
  );
  return { holder: `${scene.namespace}.holder`, rival: `${rivals}.rival` };
}

test('17: a name passes on when its holder was deleted and the cool-down is over, and not before', async () => {
  const cooldownMs = 15_000;
  await scene.controller({ settings: { 'name-cooldown': `${cooldownMs}ms` } });
  const { rival } = await holderAndOlderRival();
  const removedAt = Date.now();
  await scene.remove('holder');
  const id = await untilHeldBy(rival);
  const row = (await readStored(scene.bed)).find(({ model_id }) => model_id === id);
  const mark = row?.model_info.model_registrar as { since: string } | undefined;
  expect(Date.parse(mark?.since ?? '') - removedAt).toBeGreaterThanOrEqual(cooldownMs);
  await until('calls reach it', async () => (await scene.gateway.chat('chat')).id === id);
});

test('17: a list that stays empty frees no name, also without a cool-down, and for a controller that starts meanwhile: the database is asked', async () => {
  const proxy = await scene.bed.startProxy();
  const run = () =>
    scene.controller({
      litellmUrl: proxy.url,
      settings: { 'name-cooldown': '1ms', 'resync-interval': '1s', settle: '3s' },
    });
  const first = await run();
  const { holder } = await holderAndOlderRival();
  const before = (await readTable(scene.bed)).map(({ id }) => id);
  const answers = whoAnswersMeanwhile(scene.gateway, 'chat');
  const empty = proxy.fault({ kind: 'answer', status: 200, body: { data: [] }, path: '/model/info' });
  // Longer than what was written, or listed, is remembered for.
  await resyncs(proxy, 6);
  await first.kill();
  await run();
  await resyncs(proxy, 6);
  empty.lift();
  await resyncs(proxy, 2);
  expect(Object.keys(await answers.stop())).toEqual([holder]);
  expect((await readTable(scene.bed)).map(({ id }) => id)).toEqual(before);
});
