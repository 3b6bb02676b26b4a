import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kubeconfig } from '../bed/base/index.ts';
import { until } from '../support/wait.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import type { Controller } from './controller.ts';
import { readTable } from './model-table.ts';
import { openScene, type Scene } from './scene.ts';

/** More than an installation that is exempt from the guard against mass deletes. */
const NAMES = ['one', 'two', 'three', 'four', 'five'];
const annotations = { enabled: 'true' };

let scene: Scene;
let proxy: ApiProxy;
let controller: Controller;
let mend: (() => Promise<unknown>) | undefined;

beforeEach(async () => {
  scene = await openScene();
  const { server, caFile, adminToken } = scene.bed.kubernetes;
  proxy = await startApiProxy(server);
  const file = join(scene.bed.coordinates.folder, `${scene.namespace}-kubeconfig`);
  await writeFile(file, kubeconfig(proxy.url, caFile, adminToken), { mode: 0o600 });
  controller = await scene.controller({ kubeconfig: file });
  for (const name of NAMES) await scene.serve({ name, annotations });
  await untilRows(...NAMES);
});

afterEach(async () => {
  try {
    // The tests that follow need what is missing.
    await mend?.();
  } finally {
    mend = undefined;
    await proxy.stop();
    await scene.close();
  }
});

async function untilRows(...names: string[]): Promise<void> {
  const wanted = names.toSorted().join();
  await until(
    `there is one row each for ${wanted}`,
    async () =>
      (await readTable(scene.bed))
        .map(({ name }) => name)
        .toSorted()
        .join() === wanted,
    60_000,
  );
}

async function figure(name: string): Promise<number> {
  const line = (await controller.metrics()).split('\n').find((one) => one.startsWith(`model_registrar_${name}`));
  return Number(line?.split(' ').at(-1));
}

describe('25: the rows in LiteLLM while the Kubernetes API is in trouble', () => {
  const troubles: [string, () => Promise<() => Promise<void>>][] = [
    [
      'the API server is down',
      async () => {
        mend = () => scene.bed.kubernetes.apiserver.start();
        await scene.bed.kubernetes.apiserver.stop();
        return async () => {
          await mend?.();
          mend = undefined;
        };
      },
    ],
    [
      'the way to it is a black hole',
      async () => {
        proxy.freeze();
        return () => proxy.heal();
      },
    ],
  ];

  test.each(troubles)('25: %s: every row stays as it is, and afterwards all goes on', async (_, begin) => {
    const before = await readTable(scene.bed);
    const end = await begin();
    // A black hole shows itself when a watch is opened anew: until then it is like a quiet kind.
    await until('staleness grows', async () => (await figure('source_staleness_seconds')) > 6, 30_000);
    expect(await readTable(scene.bed)).toEqual(before);
    await end();
    await scene.serve({ name: 'later', annotations });
    await scene.remove('one');
    // Once a frozen connection is reset, it is within the backoff of 30 s at most.
    await untilRows('later', ...NAMES.slice(1));
    const kept = before.filter(({ name }) => name !== 'one');
    expect((await readTable(scene.bed)).filter(({ name }) => name !== 'later')).toEqual(kept);
    await until('staleness falls', async () => (await figure('source_staleness_seconds')) < 6, 30_000);
  });

  test('25: etcd is emptied under it: every row stays, held as deletes that nobody saw; what is applied anew is taken over', async () => {
    const before = await readTable(scene.bed);
    // A new etcd needs a while to come as far, even with the CRDs in it.
    for (let round = 0; round < 300; round += 1) {
      await scene.cluster.patch('one', scene.namespace, { metadata: { labels: { round: String(round) } } });
    }
    mend = await scene.bed.kubernetes.wipe();
    await until('it is not synced', async () => (await figure('source_synced')) === 0, 60_000);
    expect(await readTable(scene.bed)).toEqual(before);
    await mend();
    mend = undefined;
    await until('deletes are held', async () => (await figure('deletes_held')) === NAMES.length, 90_000);
    expect(await readTable(scene.bed)).toEqual(before);

    await scene.cluster.createNamespace(scene.namespace);
    for (const name of NAMES) await scene.serve({ name, annotations });
    await until(
      'each row is that of the object made anew',
      async () => {
        const rows = await readTable(scene.bed);
        return rows.length === NAMES.length && rows.every(({ uid }) => before.every((row) => row.uid !== uid));
      },
      90_000,
    );
    await untilRows(...NAMES);
    expect(await figure('deletes_held')).toBe(0);
  });
});
