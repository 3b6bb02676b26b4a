import { afterEach, beforeEach, expect, test } from 'vitest';
import { inferenceService, status } from '../../support/inference-services.ts';
import { type Bench, openBench } from './program.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
  const wish = { name: 'qwen', annotations: { 'model-name': 'qwen' } };
  bench.kubernetes.apply(inferenceService({ ...wish, status: status(wish) }));
});

afterEach(() => bench.close());

const adopt = () => bench.runBoth('adopt', '--owner-id=prod', '--settle=300ms', 'qwen', '--yes');

/** A row that somebody made for what the object serves. */
function byHand(id: string, params: Record<string, number>, blocked = false): void {
  const backend = { model: 'openai/qwen', api_base: 'http://qwen-predictor.llm.svc.cluster.local/openai/v1' };
  bench.litellm.insert({ id, name: 'qwen', params: { ...backend, ...params }, blocked });
  bench.litellm.reload();
}

const rows = () => bench.litellm.rows().filter((row) => row.model_name === 'qwen');

test('of several rows one is copied: what becomes of the settings of the others is told as it comes out', async () => {
  byHand('hand-b', { rpm: 60, max_retries: 2, timeout: 30 });
  byHand('hand-a', { timeout: 30, max_retries: 5 });
  const { code, stdout } = await adopt();
  expect(code).toBe(0);
  expect(stdout).toMatch(/kept +litellm_params\.timeout: 30/);
  expect(stdout).toMatch(/lost +litellm_params\.rpm: 60/);
  // What both have is kept, and told once.
  expect(stdout).toMatch(/changed +litellm_params\.max_retries: 2 → 5/);
  expect(stdout).not.toMatch(/lost +litellm_params\.(?:timeout|max_retries)/);
  const [ours, ...others] = rows();
  expect(others).toEqual([]);
  expect(ours).toMatchObject({ blocked: false, litellm_params: { timeout: 30 } });
  expect(ours?.litellm_params).not.toHaveProperty('rpm');
});

test('of several rows that are all blocked the new one is blocked too', async () => {
  byHand('hand-a', {}, true);
  byHand('hand-b', {}, true);
  expect(await adopt()).toMatchObject({ code: 0 });
  expect(rows()).toMatchObject([{ blocked: true, model_info: { id: expect.stringMatching(/^llm\.qwen\./) } }]);
});

test('where one serves and another is blocked nothing is taken over: the model goes on serving', async () => {
  byHand('hand-a', {});
  byHand('hand-b', {}, true);
  const { code, stdout, stderr } = await adopt();
  expect(code).toBe(1);
  expect(`${stdout}${stderr}`).toMatch(/hand-b is blocked in LiteLLM and the rest serves: delete or unblock/);
  expect(rows().map(({ model_id, blocked }) => [model_id, blocked])).toEqual([
    ['hand-a', false],
    ['hand-b', true],
  ]);
});
