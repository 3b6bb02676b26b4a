import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { readTable } from './model-table.ts';
import { leaderOf, type Replica, startPair, startReplica } from './replicas.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

const ROUNDS = 20;
/** As short as this machine can keep it, so that twenty of them fit into some minutes. */
const SETTINGS = { 'lease-duration': '3s' };

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

async function make(name: string): Promise<void> {
  await scene.apply({ name, annotations: { enabled: 'true' } });
  await scene.setStatus({ name });
}

/** How the leader ends. What comes back is what it ends with. */
const ENDS: Record<string, (leader: Replica, other: Replica) => Promise<void>> = {
  'told to stop': async (leader) => {
    expect(await leader.stop()).toBe(0);
  },
  killed: (leader) => leader.kill(),
  'paused until the other leads': async (leader, other) => {
    leader.signal('SIGSTOP');
    await leaderOf([other]);
    leader.signal('SIGCONT');
    expect(await leader.ended).toBe(1);
  },
};

test(`23: ${ROUNDS} changes of the leader while objects come and go: never a second row, and in the end LiteLLM has what serves`, async () => {
  let [leader, other] = await startPair(scene, SETTINGS);
  const looking = lookForDoubles();
  const ends = Object.keys(ENDS);
  for (let round = 1; round <= ROUNDS; round += 1) {
    await make(`model-${round}`);
    await make(`model-${round}-b`);
    if (round > 3) await scene.remove(`model-${round - 3}`);
    if (round % 4 === 0) {
      await scene.remove(`model-${round - 1}`);
      await make(`model-${round - 1}`);
    }
    const how = ends[round % ends.length] ?? 'killed';
    await ENDS[how]?.(leader, other);
    leader = await leaderOf([other]);
    other = await startReplica(scene, SETTINGS);
  }

  const wanted = [
    ...Array.from({ length: 3 }, (_, index) => `model-${ROUNDS - index}`),
    ...Array.from({ length: ROUNDS }, (_, index) => `model-${index + 1}-b`),
  ];
  await until(
    'LiteLLM has what serves',
    async () => {
      const stored = (await readTable(scene.bed)).map((row) => row.name);
      const shown = (await scene.gateway.models()).map((row) => row.model_name);
      return [stored, shown].every((found) => found.toSorted().join() === wanted.toSorted().join());
    },
    60_000,
  );
  const { doubles, looks } = await looking.stop();
  expect(doubles).toEqual([]);
  expect(looks).toBeGreaterThan(ROUNDS);
}, 600_000);

/** Reads LiteLLM's list and its database again and again, and notes what stands there twice for one object. */
function lookForDoubles(): { stop(): Promise<{ doubles: string[]; looks: number }> } {
  const doubles = new Set<string>();
  let looks = 0;
  let stopped = false;
  const look = async (): Promise<void> => {
    const [shown, stored] = await Promise.all([scene.gateway.models(), readStored(scene.bed)]);
    for (const rows of [shown, stored]) {
      const objects = rows.map(({ model_name, model_info }) => {
        const { source, uid } = model_info.model_registrar as { source: string; uid: string };
        return `${model_name} ${source} ${uid}`;
      });
      for (const one of objects) if (objects.indexOf(one) !== objects.lastIndexOf(one)) doubles.add(one);
    }
    looks += 1;
  };
  const looking = (async () => {
    while (!stopped) {
      await look();
      await pause(50);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await looking;
      return { doubles: [...doubles], looks };
    },
  };
}
