import { afterEach, beforeEach, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/sandbox/kubernetes/index.ts';
import { alone, llmInferenceService, workload } from '../../support/llm-inference-services.ts';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const SOURCES = { source: ['llm-inference-service'] };
const LLAMA = { kind: 'LLMInferenceService', namespace: 'llm', name: 'llama' };

const models = (): string =>
  stage.litellm
    .rows()
    .map((row) => `${row.model_name} ${String(row.litellm_params.model)}`)
    .sort()
    .join();
const registered = (...wanted: string[]) =>
  until(`LiteLLM has ${wanted.join()}`, () => models() === wanted.map((name) => `${name} hosted_vllm/${name}`).join());

/** So many readings of LiteLLM's list, and what they lead to. */
async function resyncs(count: number): Promise<void> {
  const lists = (): number => stage.litellm.calls.list().filter(({ path }) => path === '/model/info').length;
  const before = lists();
  await until(`${count} resyncs went by`, () => lists() > before + count);
}

/** As `kubectl apply` and KServe leave it. */
function put(wish: Parameters<typeof llmInferenceService>[0] = {}, status: object = alone()): void {
  stage.kubernetes.apply(llmInferenceService(wish));
  stage.kubernetes.setStatus(LLAMA, status);
}

test('a model with an adapter comes, stays through a dip, and goes', async () => {
  await stage.start(SOURCES);
  put({ model: { lora: { adapters: [{ name: 'sql', uri: 'hf://x' }] } } }, alone({ ready: 'False', replicas: 0 }));
  await resyncs(1);
  expect(models()).toBe('');
  stage.kubernetes.setStatus(LLAMA, alone());
  await registered('llama', 'sql');
  stage.kubernetes.setStatus(LLAMA, alone({ ready: 'False', reason: 'Conflict' }));
  await resyncs(2);
  await registered('llama', 'sql');
  stage.kubernetes.delete(LLAMA);
  await registered();
});

test('a changed model name is registered when its pods serve it', async () => {
  stage.kubernetes.apply(workload());
  put();
  await stage.start(SOURCES);
  await registered('llama');
  // KServe has seen the change, and the old pod serves.
  stage.kubernetes.apply(workload({ generation: 2, status: { updatedReplicas: 0 } }));
  put({ model: { name: 'llama-next' } }, alone({ observedGeneration: 2 }));
  await resyncs(4);
  expect(models()).toBe('llama hosted_vllm/llama');
  stage.kubernetes.apply(workload({ generation: 2 }));
  await registered('llama-next');
});

test('where the cluster has v1alpha1 alone, that is read', async () => {
  const resources = RESOURCES.map((type) => (type.kind === LLAMA.kind ? { ...type, version: 'v1alpha1' } : type));
  const old = await startStage({ kubernetes: { resources } });
  try {
    const { workloads: _, ...status } = alone();
    old.kubernetes.apply({ ...llmInferenceService({ status }), apiVersion: 'serving.kserve.io/v1alpha1' });
    await old.start(SOURCES);
    await until('it is registered', () => old.litellm.rows().length === 1);
    old.kubernetes.delete(LLAMA);
    await until('the watch tells', () => old.litellm.rows().length === 0);
  } finally {
    await old.close();
  }
});

test('with --selector and v1alpha1 alone, one that the selector does not take keeps its row, and one that is gone goes', async () => {
  const resources = RESOURCES.map((type) => (type.kind === LLAMA.kind ? { ...type, version: 'v1alpha1' } : type));
  const old = await startStage({ kubernetes: { resources } });
  const put = (name: string, team: string) => {
    const manifest = llmInferenceService({ name, metadata: { labels: { team } }, status: alone({ name }) });
    const { metadata } = llmInferenceService({ name });
    const whole = { ...manifest, metadata: { ...metadata, ...manifest.metadata } };
    old.kubernetes.apply({ ...whole, apiVersion: 'serving.kserve.io/v1alpha1' });
  };
  const rows = (): string =>
    old.litellm
      .rows()
      .map(({ model_name }) => model_name)
      .sort()
      .join();
  try {
    for (const name of ['moves', 'goes', 'stays', 'too']) put(name, 'search');
    const first = await old.start({ ...SOURCES, selector: 'team=search' });
    await until('all are registered', () => rows() === 'goes,moves,stays,too');
    await first.stop();
    put('moves', 'other');
    old.kubernetes.delete({ ...LLAMA, name: 'goes' });
    await old.start({ ...SOURCES, selector: 'team=search' });
    await until('the one that is gone goes', () => rows() === 'moves,stays,too');
  } finally {
    await old.close();
  }
});
