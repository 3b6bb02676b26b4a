import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const names = (): string[] =>
  stage.litellm
    .rows()
    .map((row) => row.model_name)
    .sort();

test('an object that becomes Ready is registered, and leaves when it is deleted', async () => {
  await stage.start();
  stage.apply({ name: 'qwen', annotations: { enabled: 'true' } });
  stage.setStatus({ name: 'qwen' });
  const row = await until('the row is there', () => stage.litellm.rows()[0]);
  expect(row.model_name).toBe('qwen');
  expect(row.model_id).toMatch(/^llm\.qwen\.[0-9a-f]{8}$/);
  expect(row.litellm_params).toMatchObject({
    model: 'hosted_vllm/qwen',
    api_base: 'http://qwen-predictor.llm.svc.cluster.local/openai/v1',
    api_key: 'not-needed',
  });
  await until('the Event is there', () => stage.events('qwen').some((event) => event.startsWith('Registered: ')));
  stage.remove('qwen');
  await until('the row is gone', () => names().length === 0);
});
