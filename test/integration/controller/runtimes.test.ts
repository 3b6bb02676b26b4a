import { afterEach, beforeEach, expect, test } from 'vitest';
import { status } from '../../support/inference-services.ts';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const putRuntime = (kind: 'ServingRuntime' | 'ClusterServingRuntime', ...args: string[]): void =>
  void stage.kubernetes.apply({
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind,
    metadata: { name: 'house-vllm', ...(kind === 'ServingRuntime' && { namespace: 'llm' }) },
    spec: {
      supportedModelFormats: [{ name: 'vLLM' }],
      containers: [{ name: 'kserve-container', image: 'vllm/vllm-openai:v0.11.0', args }],
    },
  });

/** A Ready object that leaves all to the runtime. */
function serve(args: string[] = []): void {
  stage.serve({
    name: 'qwen',
    annotations: { enabled: 'true' },
    predictor: { model: { modelFormat: { name: 'vLLM' }, runtime: 'house-vllm', args } },
  });
  const { clusterServingRuntimeName: _, ...known } = status({ name: 'qwen' });
  stage.kubernetes.setStatus({ kind: 'InferenceService', namespace: 'llm', name: 'qwen' }, known);
}

const models = (): unknown[] => stage.litellm.rows().map((row) => row.litellm_params.model);
const registered = (model: string): Promise<unknown> =>
  until(`LiteLLM has ${model} alone`, () => models().join() === model);

test.each(['ServingRuntime', 'ClusterServingRuntime'] as const)(
  'the served name is read from the arguments of a %s, and follows them',
  async (kind) => {
    putRuntime(kind, '--port=8080', '--served-model-name={{.Name}}-chat');
    await stage.start();
    serve();
    await registered('hosted_vllm/qwen-chat');
    putRuntime(kind, '--port=8080', '--served-model-name={{.Name}}-next');
    await registered('hosted_vllm/qwen-next');
  },
);

test('what the object says itself goes last, and wins', async () => {
  putRuntime('ServingRuntime', '--served-model-name={{.Name}}-chat');
  await stage.start();
  serve(['--served-model-name=own']);
  await registered('hosted_vllm/own');
});

test('without the right to read runtimes nothing is guessed: the object is told, and one that says its name is registered', async () => {
  putRuntime('ServingRuntime', '--served-model-name={{.Name}}-chat');
  stage.kubernetes.faults.inject({
    path: /servingruntimes/,
    effect: { kind: 'status', status: 403 },
    times: Number.POSITIVE_INFINITY,
  });
  await stage.start();
  serve();
  const told = await until('an Event tells of the runtime', () =>
    stage.events('qwen').find((event) => event.startsWith('NotRoutable: ')),
  );
  expect(told).toContain('house-vllm');
  expect(models()).toEqual([]);
  serve(['--served-model-name=own']);
  await registered('hosted_vllm/own');
});

test('a runtime that goes takes nothing away', async () => {
  putRuntime('ServingRuntime', '--served-model-name={{.Name}}-chat');
  await stage.start();
  serve();
  await registered('hosted_vllm/qwen-chat');
  stage.kubernetes.delete({ kind: 'ServingRuntime', namespace: 'llm', name: 'house-vllm' });
  await until('an Event tells of the runtime', () =>
    stage.events('qwen').find((event) => event.startsWith('NotRoutable: ')),
  );
  expect(models()).toEqual(['hosted_vllm/qwen-chat']);
});
