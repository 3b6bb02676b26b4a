import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { readTable } from './model-table.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

const annotations = { enabled: 'true' };

/** Waits until LiteLLM lists exactly these names. */
async function untilNames(...wanted: string[]): Promise<void> {
  await until(
    `LiteLLM holds ${wanted.join(', ') || 'nothing'}`,
    async () => {
      const names = (await scene.gateway.models()).map((row) => row.model_name).toSorted();
      return names.join() === wanted.toSorted().join();
    },
    30_000,
  );
}

test('4: what was deleted while the controller was down is withdrawn when it starts', async () => {
  const first = await scene.controller();
  await scene.serve({ name: 'goes', annotations });
  await scene.serve({ name: 'stays', annotations });
  await untilNames('goes', 'stays');
  const before = await scene.gateway.model('stays');
  expect(await first.stop()).toBe(0);

  await scene.remove('goes');
  await scene.controller();
  await untilNames('stays');
  expect(await scene.gateway.model('stays')).toEqual(before);
  expect((await scene.gateway.chat('stays')).id).toBe(before.model_info.id);
  expect((await scene.gateway.chat('goes')).status).not.toBe(200);
});

test('4: deleted and made again within a second: one row in the end, of the new uid', async () => {
  await scene.controller();
  await scene.serve({ name: 'again', annotations });
  await untilNames('again');
  const [before] = await readTable(scene.bed);

  await scene.remove('again');
  const uid = await scene.apply({ name: 'again', annotations });
  await scene.setStatus({ name: 'again' });
  await untilOneRowOf(uid);
  expect((await readTable(scene.bed))[0]?.id).not.toBe(before?.id);
  expect((await scene.gateway.chat('again')).status).toBe(200);
});

test('4: deleted and made again while the controller was killed: one row in the end, of the new uid', async () => {
  const first = await scene.controller();
  await scene.serve({ name: 'again', annotations });
  await untilNames('again');
  await first.kill();

  await scene.remove('again');
  const uid = await scene.apply({ name: 'again', annotations });
  await scene.setStatus({ name: 'again' });
  await scene.controller();
  await untilOneRowOf(uid);
  const { id } = await scene.gateway.chat('again');
  expect(id).toBe((await readTable(scene.bed))[0]?.id);
});

/** Both LiteLLM's memory and its database have to hold one row, of that object. */
async function untilOneRowOf(uid: string): Promise<void> {
  await until(
    'one row is left, of the new object',
    async () => {
      const [row, ...others] = await readTable(scene.bed);
      const listed = await scene.gateway.models();
      return row?.uid === uid && others.length === 0 && listed.length === 1 && listed[0]?.model_info.id === row.id;
    },
    30_000,
  );
}

test('4: killed five times in the midst of onboarding 20 objects: 20 rows in the end, none twice', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `model-${index + 1}`);
  for (const name of names) {
    await scene.apply({ name, annotations });
    await scene.setStatus({ name });
  }
  const proxy = await scene.bed.startProxy();
  const created = (): number => proxy.counts()['POST /model/new'] ?? 0;

  // Each time a little later. The call that is counted last is on its way when the controller dies.
  for (const count of [1, 5, 9, 13, 17]) {
    const controller = await scene.controller({ litellmUrl: proxy.url }, false);
    await until(`${count} rows were asked for`, () => created() >= count, 30_000);
    await controller.kill();
    expect((await readTable(scene.bed)).length).toBeLessThan(20);
  }
  await scene.controller({ litellmUrl: proxy.url });
  await untilNames(...names);

  const rows = await readTable(scene.bed);
  expect(rows.map((row) => row.name).toSorted()).toEqual(names.toSorted());
  const ids = rows.map((row) => row.id);
  expect(ids.filter((id) => !/^t-[0-9a-f]+\.model-\d+\.[0-9a-f]{8}$/.test(id))).toEqual([]);
});
