import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { callSteadily, failures } from '../steady-calls.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ sources: ['llm-inference-service'] });
});

afterAll(() => stage.close());

const KIND = '/apis/serving.kserve.io/v1alpha2/namespaces';

interface Wish {
  model?: object;
  annotations?: Record<string, string>;
  replicas?: number;
}

/** As a user applies it; KServe's own controller does the rest. */
async function apply(namespace: string, name: string, { model, annotations = {}, replicas = 1 }: Wish = {}) {
  await stage.bed.kubernetes.apply({
    apiVersion: 'serving.kserve.io/v1alpha2',
    kind: 'LLMInferenceService',
    metadata: { name, namespace, annotations: { 'model-registrar.io/enabled': 'true', ...annotations } },
    spec: { model: { uri: 'hf://meta-llama/Llama-3.1-8B-Instruct', ...model }, replicas },
  });
}

const unique = (): string => `llama-${randomBytes(3).toString('hex')}`;
const names = async (): Promise<string> =>
  (await stage.gateway.models())
    .map((row) => row.model_name)
    .toSorted()
    .join();
const registered = (...wanted: string[]) =>
  until(`LiteLLM has ${wanted.join()}`, async () => (await names()) === wanted.toSorted().join(), 60_000);
const answered = (model: string) =>
  until(`${model} answers`, async () => (await stage.gateway.chat(model)).status === 200, 60_000);

test('a model and its LoRA adapter come when KServe says so, are answered, and go with the object', async () => {
  const namespace = await stage.namespace();
  const name = unique();
  const adapter = `${name}-sql`;
  await apply(namespace, name, { model: { name, lora: { adapters: [{ name: adapter, uri: 'hf://org/sql-lora' }] } } });
  await registered(name, adapter);
  await answered(name);
  await answered(adapter);
  const { litellm_params: params } = await stage.gateway.model(name);
  expect(params).toMatchObject({
    model: `hosted_vllm/${name}`,
    api_base: `http://${name}-kserve-workload-svc.${namespace}.svc.cluster.local:8000/v1`,
  });
  await until('the object is told', async () =>
    (await stage.cluster.events(name, namespace)).some(({ reason }) => reason === 'Registered'),
  );
  await stage.cluster.call('DELETE', `${KIND}/${namespace}/llminferenceservices/${name}`);
  await registered();
});

test('a second replica, and a dip of Ready with it, change nothing; a stop takes it out, a start brings it back', async () => {
  const namespace = await stage.namespace();
  const name = unique();
  await apply(namespace, name);
  await registered(name);
  await answered(name);
  const { id } = (await stage.gateway.model(name)).model_info;
  const caller = callSteadily(stage.gateway, name);
  await apply(namespace, name, { replicas: 2 });
  await until(
    'two pods are ready',
    async () => {
      const found = (await stage.cluster.call('GET', `${KIND}/${namespace}/llminferenceservices/${name}`)) as {
        status?: { workloads?: { primary?: { readyReplicas?: number } } };
      };
      return found.status?.workloads?.primary?.readyReplicas === 2;
    },
    60_000,
  );
  expect(failures(await caller.stop())).toEqual([]);
  expect((await stage.gateway.model(name)).model_info.id).toBe(id);

  await apply(namespace, name, { replicas: 2, annotations: { 'serving.kserve.io/stop': 'true' } });
  await registered();
  await apply(namespace, name, { replicas: 2, annotations: { 'serving.kserve.io/stop': 'false' } });
  await registered(name);
  await answered(name);
  await stage.cluster.call('DELETE', `${KIND}/${namespace}/llminferenceservices/${name}`);
  await registered();
});

test('a changed model name is registered when its pods serve it', async () => {
  const namespace = await stage.namespace();
  const name = unique();
  await apply(namespace, name, {
    model: { name: `${name}-one` },
    annotations: { 'model-registrar.io/model-name': name },
  });
  await registered(name);
  await answered(name);
  const caller = callSteadily(stage.gateway, name);
  await until('calls were answered', () => caller.made.length > 20);
  await apply(namespace, name, {
    model: { name: `${name}-two` },
    annotations: { 'model-registrar.io/model-name': name },
  });
  await until(
    'the row names the new model',
    async () => (await stage.gateway.model(name)).litellm_params.model === `hosted_vllm/${name}-two`,
    60_000,
  );
  await answered(name);
  const failed = failures(await caller.stop());
  process.stdout.write(
    `renamed: ${failed.length} of ${caller.made.length} calls failed while pods of both names stood there\n`,
  );
  await stage.cluster.call('DELETE', `${KIND}/${namespace}/llminferenceservices/${name}`);
  await registered();
});
