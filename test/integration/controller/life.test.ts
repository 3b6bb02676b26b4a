import { afterEach, beforeEach, expect, test } from 'vitest';
import { huggingFace } from '../../support/inference-services.ts';
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
const ids = (): string[] => stage.litellm.rows().map((row) => row.model_id);
const row = (name: string) => stage.litellm.rows().find((one) => one.model_name === name);
const served = (name: string) => until(`${name} is registered`, () => row(name));

test('an object that becomes Ready is registered, and leaves when it is deleted', async () => {
  await stage.start();
  stage.apply({ name: 'qwen', annotations: { enabled: 'true' } });
  stage.setStatus({ name: 'qwen' });
  const made = await served('qwen');
  expect(made.model_id).toMatch(/^llm\.qwen\.[0-9a-f]{8}$/);
  expect(made.litellm_params).toMatchObject({
    model: 'hosted_vllm/qwen',
    api_base: 'http://qwen-predictor.llm.svc.cluster.local/openai/v1',
    api_key: 'not-needed',
  });
  await until('the Event is there', () => stage.events('qwen').some((event) => event.startsWith('Registered: ')));
  stage.remove('qwen');
  await until('the row is gone', () => names().length === 0);
});

test('a changed setting keeps its row', async () => {
  await stage.start();
  stage.serve({ name: 'qwen', annotations: { 'max-model-len': '4096' } });
  const before = await served('qwen');
  stage.serve({ name: 'qwen', annotations: { 'max-model-len': '8192' } });
  const after = await until('the length arrived', () => {
    const now = row('qwen');
    return now?.model_info.max_tokens === 8192 && now;
  });
  expect(after.model_id).toBe(before.model_id);
  await until('the Event tells', () =>
    stage.events('qwen').some((event) => /^Updated: .*max_tokens 4096 → 8192/.test(event)),
  );
});

test('a setting that goes is gone from LiteLLM: the row is replaced, the new one first', async () => {
  await stage.start();
  stage.serve({ name: 'qwen', annotations: { 'model-name': 'chat', 'max-model-len': '4096' } });
  const before = await served('chat');
  stage.litellm.edit(before.model_id, { blocked: true, params: { rpm: 7 } });
  stage.kubernetes.patch(
    { kind: 'InferenceService', namespace: 'llm', name: 'qwen' },
    { metadata: { annotations: { 'model-registrar.io/max-model-len': null } } },
  );
  await until('both stand side by side', () => ids().includes(`${before.model_id}.2`) && ids().length === 2);
  await until('the old one went', () => ids().length === 1);
  const after = stage.litellm.rows()[0];
  expect(after).toMatchObject({ model_id: `${before.model_id}.2`, blocked: true, litellm_params: { rpm: 7 } });
  expect(after?.model_info).not.toHaveProperty('max_tokens');
});

test('a rename makes the new row before the old one goes; one of two names can be taken away', async () => {
  await stage.start();
  stage.serve({ name: 'qwen', annotations: { 'model-name': 'a,b' } });
  await until('both names are there', () => names().join() === 'a,b');
  stage.serve({ name: 'qwen', annotations: { 'model-name': 'a' } });
  await until('one is left', () => names().join() === 'a');
  stage.serve({ name: 'qwen', annotations: { 'model-name': 'c' } });
  await until('the other name is there', () => names().join() === 'c');
  const writes = stage.litellm.calls.list().filter((call) => call.operation === 'new' || call.operation === 'delete');
  expect(writes.map((call) => call.operation)).toEqual(['new', 'new', 'delete', 'new', 'delete']);
});

test('a changed served name is taken over only when the rollout is through', async () => {
  await stage.start();
  stage.serve({ name: 'qwen', annotations: { 'model-name': 'chat' }, predictor: huggingFace('--model_name=old') });
  await served('chat');
  stage.serve({
    name: 'qwen',
    annotations: { 'model-name': 'chat', notes: 'x' },
    predictor: huggingFace('--model_name=new'),
  });
  const stays = async (): Promise<void> => {
    const cycles = stage.litellm.calls.count('list');
    await until('three resyncs went by', () => stage.litellm.calls.count('list') >= cycles + 3);
    expect(row('chat')?.litellm_params.model).toBe('hosted_vllm/old');
  };
  // KServe has not begun with it, and its status is as calm as before.
  await stays();
  stage.setStatus({ name: 'qwen', reason: 'MinimumReplicasAvailable', generation: 4 });
  await stays();
  stage.setStatus({ name: 'qwen', generation: 4 });
  await until('the new name is taken over', () => row('chat')?.litellm_params.model === 'hosted_vllm/new');
});

test('an object that is recreated has one row in the end, that of the new uid', async () => {
  await stage.start();
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  const before = await served('qwen');
  stage.remove('qwen');
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('the new row alone is there', () => ids().length === 1 && ids()[0] !== before.model_id);
});

test('stop and deletion withdraw at once, also while a finalizer holds the object', async () => {
  await stage.start();
  stage.serve({ name: 'one', annotations: { enabled: 'true' } });
  stage.serve({ name: 'two', annotations: { enabled: 'true' } });
  await until('both are there', () => names().length === 2);
  stage.serve({ name: 'one', annotations: { enabled: 'true', 'serving.kserve.io/stop': 'true' } });
  stage.kubernetes.delete(
    { kind: 'InferenceService', namespace: 'llm', name: 'two' },
    { finalizer: 'example.com/held' },
  );
  await until('both are gone', () => names().length === 0);
  await until('the Event tells', () => stage.events('two').some((event) => event.startsWith('Withdrawn: ')));
});

test('dips write nothing, and a model of no copies waits for its first', async () => {
  await stage.start();
  stage.serve({ name: 'zero', annotations: { enabled: 'true' }, copies: 0 });
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await served('qwen');
  const writes = (): number => stage.litellm.calls.list().filter((call) => call.method !== 'GET').length;
  const before = writes();
  for (const dip of [
    { ready: 'Unknown' },
    { ready: 'False', copies: 1 },
    { ready: 'False', copies: 0 },
    { ready: 'True' },
  ] as const) {
    stage.setStatus({ name: 'qwen', ...dip });
    const cycles = stage.litellm.calls.count('list');
    await until('two resyncs went by', () => stage.litellm.calls.count('list') >= cycles + 2);
  }
  expect(writes()).toBe(before);
  expect(names()).toEqual(['qwen']);
  stage.setStatus({ name: 'zero', copies: 1 });
  await served('zero');
});

test('what was deleted while the controller was down is withdrawn at its start; foreign rows are left alone', async () => {
  const foreign = stage.litellm.insert({ name: 'hand-made', params: { model: 'bedrock/x' } });
  const first = await stage.start();
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await served('qwen');
  await first.stop();
  stage.remove('qwen');
  await stage.start();
  await until('the row is gone', () => names().join() === 'hand-made');
  expect(ids()).toEqual([foreign]);
});

test('an edit, a deletion and a loss of all rows in LiteLLM are repaired', async () => {
  await stage.start();
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  const made = await served('qwen');
  const base = made.litellm_params.api_base;
  stage.litellm.edit(made.model_id, { params: { api_base: 'http://evil.example.com/v1' } });
  await until('the edit is undone', () => row('qwen')?.litellm_params.api_base === base);
  stage.litellm.remove(made.model_id);
  await until('the row is back', () => ids().join() === made.model_id);
  stage.litellm.truncate();
  await until('the row is back again', () => ids().join() === made.model_id);
});
