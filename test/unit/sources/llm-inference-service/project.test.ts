import { describe, expect, it } from 'vitest';
import { alone, llmInferenceService, routed } from '../../../support/llm-inference-services.ts';
import { NO_RELATED } from '../../../support/no-related.ts';
import { problems, project, served, workloads } from './projecting.ts';

const ALONE = 'http://llama-kserve-workload-svc.llm.svc.cluster.local:8000/v1';
const INSIDE = 'http://gw-istio.kserve.svc.cluster.local/llm/llama/v1';

const lora = { name: 'llama-3.1-8b', lora: { adapters: [{ name: 'sql', uri: 'hf://org/sql-lora' }] } };
const behindGateway = (annotations: Record<string, string> = { enabled: 'true' }) =>
  llmInferenceService({ annotations, model: lora, status: routed() });

describe('what an LLMInferenceService registers', () => {
  it('is its model at its own Service, with the port that the status leaves out, where there is no router', () => {
    expect(served(project(llmInferenceService({ status: alone() })))).toEqual([`llama → llama at ${ALONE}`]);
  });

  it('is its model and each LoRA adapter at the gateway inside the cluster, and no id with a publisher', () => {
    expect(served(project(behindGateway()))).toEqual([
      `llama-3.1-8b → llama-3.1-8b at ${INSIDE}`,
      `sql → sql at ${INSIDE}`,
    ]);
  });

  it('is an id with a publisher where that is asked for', () => {
    const qualified = 'publishers/llm/models/llama-3.1-8b';
    expect(served(project(behindGateway({ 'model-name': `chat,${qualified}` })))).toEqual([
      `chat → llama-3.1-8b at ${INSIDE}`,
      `${qualified} → ${qualified} at ${INSIDE}`,
      `sql → sql at ${INSIDE}`,
    ]);
  });

  it('is what a base configuration calls the model, which the status alone shows', () => {
    const status = routed({ model: 'by-config' });
    expect(served(project(llmInferenceService({ model: lora, status })))).toEqual([
      `by-config → by-config at ${INSIDE}`,
      `sql → sql at ${INSIDE}`,
    ]);
  });

  it('is read from the spec where the status has no model ids (v1alpha1, and without a router)', () => {
    expect(served(project(llmInferenceService({ model: lora, status: alone() })))).toEqual([
      `llama-3.1-8b → llama-3.1-8b at ${ALONE}`,
      `sql → sql at ${ALONE}`,
    ]);
  });

  it('has length and mode from the arguments of its server, and the rest from annotations', () => {
    const containers = [{ name: 'main', args: ['--max-model-len', '8192', '--runner', 'pooling'] }];
    const projection = project(
      llmInferenceService({ annotations: { notes: 'x' }, spec: { template: { containers } }, status: alone() }),
    );
    expect(projection).toMatchObject({
      registrations: [{ info: { mode: 'embedding', max_tokens: 8192, notes: 'x' }, params: { api_key: 'not-needed' } }],
    });
  });

  it('registers so many adapters and no more, each once, and warns', () => {
    const adapters = Array.from({ length: 100 }, (_, index) => ({ name: `a${index % 70}`, uri: 'hf://x' }));
    const projection = project(llmInferenceService({ model: { lora: { adapters } }, status: alone() }));
    expect(served(projection)).toHaveLength(1 + 64);
    expect(projection).toMatchObject({ warnings: [{ message: expect.stringContaining('has 70 LoRA adapters') }] });
  });

  it('leaves an adapter out whose name is none, and warns', () => {
    const model = { lora: { adapters: [{ name: 'a*b', uri: 'hf://x' }] } };
    const projection = project(llmInferenceService({ model, status: alone() }));
    expect(served(projection)).toHaveLength(1);
    expect(projection).toMatchObject({
      warnings: [
        { reason: 'NotRoutable', message: expect.stringContaining('The LoRA adapter "a*b" is not registered') },
      ],
    });
  });
});

describe('the life of an LLMInferenceService', () => {
  it('waits for Ready, and says for what', () => {
    expect(project(llmInferenceService())).toMatchObject({
      state: 'hold',
      names: ['llama'],
      why: 'KServe has not said yet whether it is Ready',
    });
    const status = alone({ ready: 'False', reason: 'MinimumReplicasUnavailable', replicas: 0 });
    expect(project(llmInferenceService({ status }))).toMatchObject({
      state: 'hold',
      why: 'Ready is False: MinimumReplicasUnavailable',
    });
  });

  it('waits for a first copy: of no replicas it is Ready as well', () => {
    expect(project(llmInferenceService({ status: alone({ replicas: 0 }) }))).toMatchObject({
      state: 'serve',
      waitingFor: 'no copy of the model serves yet',
    });
  });

  it('does not wait where the version says nothing of copies', () => {
    const { workloads: _, ...status } = alone();
    expect(project(llmInferenceService({ status }))).not.toHaveProperty('waitingFor');
  });

  it.each<[string, object]>([
    ['stopped', { annotations: { 'model-registrar.io/enabled': 'true', 'serving.kserve.io/stop': 'True' } }],
    ['deleted', { deletionTimestamp: '2026-11-01T09:00:00Z' }],
  ])('ends at once when it is %s', (_case, metadata) => {
    expect(project(llmInferenceService({ metadata, status: alone() }))).toMatchObject({
      state: 'withdraw',
      names: ['llama'],
    });
  });

  it('is not ours without an annotation, but with --selection all', () => {
    const manifest = llmInferenceService({ annotations: {}, status: alone() });
    expect(project(manifest)).toMatchObject({ state: 'ignore' });
    expect(project(manifest, workloads({}), { selection: 'all' })).toMatchObject({ state: 'serve' });
    const refused = llmInferenceService({ annotations: { enabled: 'false' }, status: alone() });
    expect(project(refused)).toMatchObject({ state: 'ignore', optedOut: true });
  });

  it('says all that is wrong at once, and takes no annotation of Services', () => {
    const annotations = { port: '8000', mode: 'dance' };
    expect(problems(project(llmInferenceService({ annotations })))).toEqual([
      expect.stringContaining('model-registrar.io/port is for the source service alone'),
      expect.stringContaining('model-registrar.io/mode is "dance"'),
    ]);
  });
});

describe('a rollout', () => {
  const rolling = (status: object, generation = 2) =>
    project(llmInferenceService({ status: alone() }), workloads({ generation, status }));

  it.each<[string, object]>([
    ['Kubernetes has not looked at the new template yet', { observedGeneration: 1 }],
    ['no new pod is there', { updatedReplicas: 0 }],
    ['an old pod is there still', { replicas: 2 }],
    ['the new pod is not ready', { availableReplicas: 0 }],
  ])('goes on while %s', (_case, status) => {
    expect(rolling(status)).toMatchObject({ state: 'serve', rollingOut: true });
  });

  it('is through when all pods are new and ready', () => {
    expect(rolling({})).toMatchObject({ rollingOut: false });
  });

  it('goes on while KServe has not looked at the object as it is', () => {
    const manifest = llmInferenceService({ metadata: { generation: 2 }, status: alone() });
    expect(project(manifest)).toMatchObject({ rollingOut: true });
  });

  it('of another Deployment of the object does not count', () => {
    const related = workloads({ name: 'llama-prefill', status: { updatedReplicas: 0 } }, {});
    expect(project(llmInferenceService({ status: alone() }), related)).toMatchObject({ rollingOut: false });
  });

  it('is not seen where Deployments cannot be read', () => {
    expect(project(llmInferenceService({ status: alone() }), NO_RELATED)).toMatchObject({ rollingOut: false });
  });
});
