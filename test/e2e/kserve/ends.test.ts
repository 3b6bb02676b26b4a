import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { failures } from '../steady-calls.ts';
import { before, metNoPod } from './calls.ts';
import { vllm, vllmPredictor } from './models.ts';
import { openPlay } from './play.ts';
import { chapters } from './record.ts';
import { openStage, type Stage } from './stage.ts';
import { lastBefore } from './window.ts';

/** Far less than it takes until a status would tell; it is 2 s where LiteLLM has nothing else to do (see the tests of the main job). */
const AT_ONCE_MS = 10_000;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

test('stop and start: withdrawn at once, and back under the same id when a pod serves again', async () => {
  const play = await openPlay(stage, 'stopped');
  await play.apply({ spec: vllm() });
  await play.answered();
  const { id } = (await stage.gateway.model(play.model)).model_info;
  const caller = play.chat();
  await until('calls were answered', () => caller.made.length > 20);
  const stoppedAt = Date.now();
  await play.apply({ annotations: { 'serving.kserve.io/stop': 'true' }, spec: vllm() });
  await play.gone(AT_ONCE_MS);
  const made = await caller.stop();
  expect(failures(before(stoppedAt, made))).toEqual([]);
  await play.rolledOut(0);

  await play.apply({ annotations: { 'serving.kserve.io/stop': 'false' }, spec: vllm() });
  await play.answered();
  expect((await stage.gateway.model(play.model)).model_info.id).toBe(id);
  await play.tells(/^Normal Registered /, /^Normal Withdrawn .*serving\.kserve\.io\/stop/);
  const row = `hosted_vllm/stopped at http://stopped-predictor.${play.namespace}.svc.cluster.local/v1`;
  expect(chapters(await play.record.stop())).toEqual(['none', row, 'none', row]);
});

test('a foreground delete: withdrawn at once, while its pods still end', async () => {
  const play = await openPlay(stage, 'deleted');
  await play.apply({ spec: vllm() });
  await play.answered();
  const caller = play.chat();
  await until('calls were answered', () => caller.made.length > 20);
  const deletedAt = Date.now();
  const path = `/apis/serving.kserve.io/v1beta1/namespaces/${play.namespace}/inferenceservices/${play.name}`;
  await stage.cluster.call('DELETE', path, { propagationPolicy: 'Foreground' });
  await play.gone(AT_ONCE_MS);
  expect(failures(before(deletedAt, await caller.stop()))).toEqual([]);
  await play.rolledOut(0);
  await until('the object is gone', () => play.record.moments.at(-1)?.object === undefined);
  const told = (await stage.cluster.events(play.name, play.namespace)).map(
    ({ reason, message }) => `${reason} ${message}`,
  );
  expect(told.filter((line) => /^Withdrawn .*being deleted/.test(line))).toHaveLength(1);
  expect(chapters(await play.record.stop())).toHaveLength(3);
});

test('a namespace delete: the row stays as long as the object does, and goes with it', async () => {
  const play = await openPlay(stage, 'swept');
  // Kubernetes ends the pods first, and looks again after half of the time that they may take: 16 s by default.
  await play.apply({ spec: { predictor: { ...vllmPredictor(), terminationGracePeriodSeconds: 2 } } });
  await play.answered();
  const caller = play.chat();
  await until('calls were answered', () => caller.made.length > 20);
  const hasNoPod = async () => !(await play.pods()).some(({ ready, deleting }) => ready && !deleting);
  const from = lastBefore('no pod is ready', hasNoPod);
  await stage.cluster.call('DELETE', `/api/v1/namespaces/${play.namespace}`);
  await play.gone(60_000);
  const made = await caller.stop();
  await until('the object is gone', () => play.record.moments.at(-1)?.object === undefined);
  const moments = await play.record.stop();
  const first = moments.findIndex(({ rows }) => rows.length > 0);
  const without = moments.slice(first).filter(({ rows }) => rows.length === 0);
  expect(without.filter(({ object }) => object && !object.deleting)).toEqual([]);
  const lastRow = moments.findLast(({ rows }) => rows.length > 0)?.at ?? 0;
  const failed = before(lastRow, made).filter(({ status }) => status !== 200);
  const podsUntil = await from;
  expect(failures(failed.filter((call) => !metNoPod(call) || call.answeredAt < podsUntil))).toEqual([]);
  // Its Events go with the namespace, so that the log alone tells.
  const withdrawn = () => stage.logged(play.namespace, play.name).filter((change) => change.startsWith('delete'));
  await until('the controller has logged it', () => withdrawn().length > 0);
  expect(withdrawn()).toEqual(['delete withdrawn']);
  console.info(
    `swept: ${failed.length} of ${made.length} calls came when the namespace had no pod left and the object was there still`,
  );
});
