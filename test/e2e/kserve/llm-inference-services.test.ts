import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { callSteadily, failures } from '../steady-calls.ts';
import { type Llms, openLlms } from './llm.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let llms: Llms;

beforeAll(async () => {
  stage = await openStage({ sources: ['llm-inference-service'] });
  llms = openLlms(stage);
});

afterAll(() => stage.close());

const unique = (): string => `llama-${randomBytes(3).toString('hex')}`;

test('a model and its LoRA adapter come when KServe says so, are answered, and go with the object', async () => {
  const namespace = await stage.namespace();
  const name = unique();
  const adapter = `${name}-sql`;
  await llms.apply(namespace, name, {
    model: { name, lora: { adapters: [{ name: adapter, uri: 'hf://org/sql-lora' }] } },
  });
  await llms.registered(name, adapter);
  await llms.answered(name);
  await llms.answered(adapter);
  const { litellm_params: params } = await stage.gateway.model(name);
  expect(params).toMatchObject({
    model: `hosted_vllm/${name}`,
    api_base: `http://${name}-kserve-workload-svc.${namespace}.svc.cluster.local:8000/v1`,
  });
  await until('the object is told', async () =>
    (await stage.cluster.events(name, namespace)).some(({ reason }) => reason === 'Registered'),
  );
  await llms.remove(namespace, name);
  await llms.registered();
});

test('a second replica, and a dip of Ready with it, change nothing; a stop takes it out, a start brings it back', async () => {
  const namespace = await stage.namespace();
  const name = unique();
  await llms.apply(namespace, name);
  await llms.registered(name);
  await llms.answered(name);
  const { id } = (await stage.gateway.model(name)).model_info;
  const caller = callSteadily(stage.gateway, name);
  await llms.apply(namespace, name, { replicas: 2 });
  await until(
    'two pods are ready',
    async () => (await llms.status(namespace, name)).workloads?.primary?.readyReplicas === 2,
    60_000,
  );
  expect(failures(await caller.stop())).toEqual([]);
  expect((await stage.gateway.model(name)).model_info.id).toBe(id);

  await llms.apply(namespace, name, { replicas: 2, annotations: { 'serving.kserve.io/stop': 'true' } });
  await llms.registered();
  await llms.apply(namespace, name, { replicas: 2, annotations: { 'serving.kserve.io/stop': 'false' } });
  await llms.registered(name);
  await llms.answered(name);
  await llms.remove(namespace, name);
  await llms.registered();
});

test('a changed model name is registered when its pods serve it', async () => {
  const namespace = await stage.namespace();
  const name = unique();
  await llms.apply(namespace, name, {
    model: { name: `${name}-one` },
    annotations: { 'model-registrar.io/model-name': name },
  });
  await llms.registered(name);
  await llms.answered(name);
  const caller = callSteadily(stage.gateway, name);
  await until('calls were answered', () => caller.made.length > 20);
  await llms.apply(namespace, name, {
    model: { name: `${name}-two` },
    annotations: { 'model-registrar.io/model-name': name },
  });
  await until(
    'the row names the new model',
    async () => (await stage.gateway.model(name)).litellm_params.model === `hosted_vllm/${name}-two`,
    60_000,
  );
  await llms.answered(name);
  const failed = failures(await caller.stop());
  process.stdout.write(
    `renamed: ${failed.length} of ${caller.made.length} calls failed while pods of both names stood there\n`,
  );
  await llms.remove(namespace, name);
  await llms.registered();
});
