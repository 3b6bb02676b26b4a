import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { readTable } from './model-table.ts';
import { runProgram } from './program.ts';
import { leaderOf, startPair } from './replicas.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

const annotations = { enabled: 'true' };

async function make(name: string): Promise<string> {
  const uid = await scene.apply({ name, annotations });
  await scene.setStatus({ name });
  return uid;
}

/** Waits until database and LiteLLM hold exactly one row for each of these names, and no other. */
async function untilRows(...names: string[]): Promise<void> {
  const wanted = names.toSorted().join();
  const inStep = async (): Promise<boolean> => {
    const stored = (await readTable(scene.bed)).map((row) => row.name);
    const shown = (await scene.gateway.models()).map((row) => row.model_name);
    return [stored, shown].every((found) => found.toSorted().join() === wanted);
  };
  await until(`there is one row each for ${wanted}`, inStep, 60_000);
}

test('23: the leader is killed: the other takes over when its Lease has run out, and not before', async () => {
  const [first, second] = await startPair(scene);
  await make('before');
  await untilRows('before');
  expect(second.proxy.calls).toEqual([]);

  const killedAt = performance.now();
  await first.kill();
  await make('after');
  await leaderOf([second]);
  const tookMs = performance.now() - killedAt;
  // 15 s from the last renewal on, which was at most 2 s before; then a second until the next look.
  expect(tookMs).toBeGreaterThan(12_000);
  expect(tookMs).toBeLessThan(20_000);
  await untilRows('before', 'after');
});

test('23: the leader is told to stop: the other leads within 2 s, and what came meanwhile is not lost', async () => {
  const [first, second] = await startPair(scene);
  await make('before');
  await untilRows('before');

  const toldAt = performance.now();
  const stopped = first.stop();
  await make('meanwhile');
  await leaderOf([second]);
  expect(performance.now() - toldAt).toBeLessThan(2_000);
  expect(await stopped).toBe(0);
  await untilRows('before', 'meanwhile');
  expect(first.output()).toContain('the Lease was given back');
});

test('23: withdraw is refused while a controller leads, says how to stop it, and is let in once it has stopped', async () => {
  const [first, second] = await startPair(scene);
  await make('model');
  await untilRows('model');
  const withdraw = () =>
    runProgram([
      'withdraw',
      '--yes',
      `--kubeconfig=${scene.bed.kubernetes.kubeconfigPath}`,
      `--litellm-url=${scene.bed.litellm.url}`,
      `--litellm-key-file=${scene.keyFile}`,
      `--owner-id=${scene.ownerId}`,
    ]);
  const refused = await withdraw();
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    new RegExp(
      `A controller of owner id ${scene.ownerId} runs.* holds the Lease ${scene.namespace}/model-registrar\\. Stop it first: kubectl -n ${scene.namespace} scale deployment/model-registrar --replicas=0\\.`,
    ),
  );
  await untilRows('model');

  await second.stop();
  await first.stop();
  expect(await withdraw()).toMatchObject({ code: 0 });
  await untilRows();
});

test('23: a leader that is paused for 60 s in the midst of its work sends no more when it wakes, and ends', async () => {
  const [first, second] = await startPair(scene);
  await make('again');
  await untilRows('again');
  const [before] = await readTable(scene.bed);

  // The first of its writes is under way when it stops; more of them wait, among them the delete of a row.
  first.proxy.fault({ kind: 'delay', ms: 5_000, path: '/model/new', times: 1 });
  const names = Array.from({ length: 6 }, (_, index) => `model-${index + 1}`);
  for (const name of names) await make(name);
  await until(
    'a write is under way',
    () => first.proxy.calls.some(({ template }) => template === '/model/new'),
    30_000,
  );
  await scene.remove('again');
  // It answers when it has had its turn: then it knows of the deletion.
  for (let turns = 0; turns < 5; turns += 1) await first.metrics();
  first.signal('SIGSTOP');
  const pausedAt = performance.now();
  expect((await readTable(scene.bed)).map((row) => row.id)).toContain(before?.id);

  const uid = await make('again');
  await leaderOf([second]);
  await untilRows('again', ...names);
  const rows = await readTable(scene.bed);
  expect(rows.find((row) => row.name === 'again')).toMatchObject({ uid });
  expect(rows.map((row) => row.id)).not.toContain(before?.id);

  await until('60 s are over', () => performance.now() - pausedAt > 60_000, 70_000);
  first.proxy.forget();
  first.signal('SIGCONT');
  expect(await first.ended).toBe(1);
  // The one that was in flight, if it was that far: all others are shown when this fails.
  expect(first.proxy.calls.slice(1)).toEqual([]);
  expect(first.output()).toContain('the Lease is lost, another process took it over: this one writes no more');
  expect(await readTable(scene.bed)).toEqual(rows);
  await untilRows('again', ...names);
});
