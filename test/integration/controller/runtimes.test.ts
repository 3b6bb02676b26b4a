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

const QWEN = { kind: 'InferenceService', namespace: 'llm', name: 'qwen' };

/** Its status while a rollout is under way, or through. */
function rolled(reason: string, { name = 'qwen', generation = 3 } = {}): object {
  const { clusterServingRuntimeName: _, ...known } = status({ name, reason, generation });
  return known;
}

/** So many readings of LiteLLM's list, and what they lead to. */
async function resyncs(count: number): Promise<void> {
  const lists = (): number => stage.litellm.calls.list().filter(({ path }) => path === '/model/info').length;
  const before = lists();
  await until(`${count} resyncs went by`, () => lists() > before + count);
}

/** A Ready object that leaves all to the runtime. */
function serve(args: string[] = []): void {
  stage.serve({
    name: 'qwen',
    annotations: { enabled: 'true' },
    predictor: { model: { modelFormat: { name: 'vLLM' }, runtime: 'house-vllm', args } },
  });
  stage.kubernetes.setStatus(QWEN, rolled('NewReplicaSetAvailable'));
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
    // KServe rolls the objects of a runtime one after the other: until it begins with this one, its pods serve the old name.
    await resyncs(4);
    expect(models()).toEqual(['hosted_vllm/qwen-chat']);
    stage.kubernetes.setStatus(QWEN, rolled('MinimumReplicasAvailable', { generation: 4 }));
    await resyncs(4);
    expect(models()).toEqual(['hosted_vllm/qwen-chat']);
    stage.kubernetes.setStatus(QWEN, rolled('NewReplicaSetAvailable', { generation: 4 }));
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

test('a runtime that is edited into one that cannot be registered takes out no fleet at a stroke: nobody saw the objects go', async () => {
  putRuntime('ServingRuntime', '--served-model-name={{.Name}}');
  const controller = await stage.start({ selection: 'all' });
  const names = ['m-0', 'm-1', 'm-2', 'm-3', 'm-4'];
  const predictor = { model: { modelFormat: { name: 'vLLM' }, runtime: 'house-vllm' } };
  for (const name of names) {
    stage.serve({ name, predictor });
    stage.kubernetes.setStatus({ ...QWEN, name }, rolled('NewReplicaSetAvailable', { name }));
  }
  const registered = (): string =>
    stage.litellm
      .rows()
      .map((row) => row.model_name)
      .toSorted()
      .join();
  await until('all are registered', () => registered() === names.join());
  stage.kubernetes.apply({
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ServingRuntime',
    metadata: { name: 'house-vllm', namespace: 'llm' },
    spec: {
      multiModel: true,
      supportedModelFormats: [{ name: 'vLLM' }],
      containers: [{ name: 'kserve-container', image: 'registry.local/serving:1' }],
    },
  });
  await until('it is held', () => controller.logs.some((line) => line.includes('deletes are held')));
  await resyncs(3);
  expect(registered()).toBe(names.join());
});

test('what only a runtime tells stays as it is on a controller that starts without the right to read it', async () => {
  putRuntime('ServingRuntime', '--served-model-name={{.Name}}-chat', '--max-model-len=8192');
  const first = await stage.start();
  serve(['--served-model-name=own']);
  await registered('hosted_vllm/own');
  await first.stop();
  const [before] = stage.litellm.rows();
  expect(before?.model_info).toMatchObject({ max_tokens: 8192 });

  stage.kubernetes.faults.inject({
    path: /servingruntimes/,
    effect: { kind: 'status', status: 403 },
    times: Number.POSITIVE_INFINITY,
  });
  stage.litellm.calls.clear();
  await stage.start();
  await resyncs(3);
  expect(stage.litellm.rows()).toEqual([before]);
  // What the object says itself still arrives.
  stage.kubernetes.patch(QWEN, { metadata: { annotations: { 'model-registrar.io/notes': 'new' } } });
  await until('the note arrived', () => stage.litellm.rows()[0]?.model_info.notes === 'new');
  expect(stage.litellm.rows()).toMatchObject([{ model_id: before?.model_id, model_info: { max_tokens: 8192 } }]);
});
