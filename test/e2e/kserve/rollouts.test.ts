import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOLD, READY_DELAY } from '../../bed/index.ts';
import { until } from '../../support/wait.ts';
import { failures } from '../steady-calls.ts';
import { metNoPod, podsOf } from './calls.ts';
import { huggingFace, vllm, vllmPredictor } from './models.ts';
import { openPlay } from './play.ts';
import { chapters } from './record.ts';
import { openStage, type Stage } from './stage.ts';
import { expectOneWindow, lastBefore } from './window.ts';

/** What the pods' time from Running to Ready is where a test wants to see something meanwhile. */
const SLOW = { [READY_DELAY]: '4s' };

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

test('apply: KServe makes it Ready, and a chat call works', async () => {
  const play = await openPlay(stage, 'applied');
  await play.apply({ spec: huggingFace({ args: ['--model_name=qwen', '--max_model_len=4096'] }) });
  await play.answered();
  const row = `hosted_vllm/qwen at http://applied-predictor.${play.namespace}.svc.cluster.local/openai/v1`;
  await play.recorded(row);
  const moments = await play.record.stop();
  const registered = moments.filter(({ rows }) => rows.length > 0);
  expect(registered.filter(({ object }) => !object?.ready || object.copies === 0)).toEqual([]);
  expect(chapters(moments)).toEqual(['none', row]);
  await play.tells(/^Normal Registered LiteLLM serves ".*" with hosted_vllm\/qwen at .*\/openai\/v1 \(4096 tokens\)$/);
});

test('a rolling update: the row stays, and every call is answered by an old pod or by a new one', async () => {
  const play = await openPlay(stage, 'rolling');
  await play.apply({ spec: vllm({ args: ['--max-model-len=4096'] }) });
  await play.answered();
  await play.rolledOut(1);
  const caller = play.chat();
  await play.apply({ spec: vllm({ args: ['--max-model-len=8192'] }) });
  await play.rolledOut(1, '--max-model-len=8192');
  await play.tells(/^Normal Registered .*\(4096 tokens\)$/, /^Normal Updated .*max_tokens 4096 → 8192/);
  const made = await caller.stop();
  expect(failures(made)).toEqual([]);
  expect(podsOf(made)).toHaveLength(2);
  const url = `http://rolling-predictor.${play.namespace}.svc.cluster.local/v1`;
  expect(chapters(await play.record.stop())).toEqual(['none', `hosted_vllm/rolling at ${url}`]);
});

test('a second replica added: nothing is written though KServe says False until it is there, and every call is answered', async () => {
  const play = await openPlay(stage, 'scaled');
  const annotations = { ...SLOW, 'serving.kserve.io/autoscalerClass': 'none' };
  await play.apply({ annotations, spec: vllm() });
  await play.answered();
  await play.rolledOut(1);
  const caller = play.chat();
  await play.apply({ annotations, spec: vllm({ replicas: 2 }) });
  await play.rolledOut(2);
  await until('both pods have answered', () => podsOf(caller.made).length === 2);
  expect(failures(await caller.stop())).toEqual([]);
  const moments = await play.record.stop();
  expect(moments.some(({ object }) => object?.ready === false && object.copies > 0)).toBe(true);
  expect(chapters(moments)).toHaveLength(2);
  await play.tells(/^Normal Registered /);
});

test('a bad update to another served name: the old pod serves under the old name, and the row with it, until it is mended', async () => {
  const play = await openPlay(stage, 'broken');
  await play.apply({ spec: vllm({ args: ['--served-model-name=old'] }) });
  await play.answered();
  await play.rolledOut(1);
  const caller = play.chat();
  await play.apply({ labels: { [HOLD]: 'true' }, spec: vllm({ args: ['--served-model-name=new'] }) });
  await until('the pod that never gets Ready runs', async () => (await play.pods()).length === 2);
  const before = caller.made.length;
  await until('calls are answered beside it', () => caller.made.length > before + 100, 60_000);
  expect(failures(caller.made)).toEqual([]);

  await play.apply({ spec: vllm({ args: ['--served-model-name=old', '--max-model-len=4096'] }) });
  await play.rolledOut(1, '--max-model-len=4096');
  await play.tells(/^Normal Registered .*hosted_vllm\/old/, /^Normal Updated .*max_tokens/);
  expect(failures(await caller.stop())).toEqual([]);
  expect(chapters(await play.record.stop())).toHaveLength(2);
});

/**
 * KServe deletes the Service of the old predictor in the same step in which it names that of the new one: between that and the change of the row calls have
 * nowhere to go. How many there were is printed.
 */
test('a promoted canary: the address follows in place, and no call fails but those that met the Service that KServe had deleted', async () => {
  const play = await openPlay(stage, 'canary');
  await play.apply({ spec: vllm() });
  await play.answered();
  await play.rolledOut(1);
  const { id } = (await stage.gateway.model(play.model)).model_info;
  const caller = play.chat();
  // KServe takes another name only with another model.
  const next = vllmPredictor({ name: 'v2', uri: 'hf://example/model-2', args: ['--seed=2'] });
  await play.apply({ spec: { ...vllm(), canary: [{ predictor: next, trafficPercent: 10 }] } });
  await play.rolledOut(2);
  expect(failures(caller.made)).toEqual([]);

  const service = `/api/v1/namespaces/${play.namespace}/services/canary-predictor`;
  const isGone = async () => isNotFound(await stage.cluster.call('GET', service, undefined, { accept: [404] }));
  const from = lastBefore('the first predictor’s Service is gone', isGone);
  await play.apply({ spec: { predictor: next } });
  await play.tells(/^Normal Registered /, /^Normal Updated .*api_base .*canary-predictor.* → .*canary-v2-predictor/);
  await play.rolledOut(1, '--seed=2');
  await play.answered();
  const row = (name: string) => `hosted_vllm/canary at http://${name}.${play.namespace}.svc.cluster.local/v1`;
  const movedAt = await play.recorded(row('canary-v2-predictor'));
  const made = await caller.stop();
  expectOneWindow(made, { because: metNoPod, from: await from, movedAt });
  console.info(`canary: ${failures(made).join() || 'no call failed'}, of ${made.length}`);
  expect((await stage.gateway.model(play.model)).model_info.id).toBe(id);
  const seen = chapters(await play.record.stop());
  expect(seen).toEqual(['none', row('canary-predictor'), row('canary-v2-predictor')]);
});

function isNotFound(answer: unknown): boolean {
  return (answer as { code?: number }).code === 404;
}
