import { describe, expect, it } from 'vitest';
import { inferenceService as source } from '../../../../src/sources/index.ts';
import {
  addressOf,
  container,
  deleting,
  huggingface,
  inferenceService,
  knative,
  knativeRollout,
  ready,
  stopped,
  vllm,
} from '../../../support/kserve-objects.ts';
import { annotated, PREFIX, project, runtimes, served } from './projecting.ts';

describe('InferenceServices as KServe makes them', () => {
  const qwen = {
    publicName: 'qwen2-5',
    provider: 'hosted_vllm',
    servedName: 'qwen2-5',
    apiBase: 'http://qwen-predictor.llm.svc.cluster.local/openai/v1',
    params: { api_key: 'not-needed' },
    info: { max_tokens: 8192, max_input_tokens: 8192 },
  };
  const huggingfaceService = inferenceService({
    predictor: huggingface(['--model_name=qwen2-5', '--max_model_len=8192']),
    status: ready(),
  });
  const onVllm = (args: string[], runtime = { clusterServingRuntimeName: 'kserve-vllmserver' }) =>
    inferenceService({ predictor: vllm(args), status: ready({ runtime }) });

  it('Hugging Face runtime, Standard', () => {
    expect(project(huggingfaceService)).toEqual({
      state: 'serve',
      names: ['qwen2-5'],
      registrations: [qwen],
      rollingOut: false,
      template: { tells: '[["qwen2-5"],"/openai/v1"]', version: `3 at ${addressOf('qwen', 'llm')}` },
      warnings: [],
    });
  });

  it('vLLM runtime, default name', () => {
    const args = ['--max-model-len', '4096', '--enable-auto-tool-choice', '--tool-call-parser', 'hermes'];
    expect(served(project(onVllm(args))).registrations).toEqual([
      {
        ...qwen,
        publicName: 'qwen',
        servedName: 'qwen',
        apiBase: 'http://qwen-predictor.llm.svc.cluster.local/v1',
        info: { max_tokens: 4096, max_input_tokens: 4096 },
      },
    ]);
  });

  it('vLLM runtime, two names: the first is the served one', () => {
    expect(served(project(onVllm(['--served-model-name', 'a', 'b']))).registrations).toMatchObject([
      { publicName: 'a', servedName: 'a' },
    ]);
  });

  it.each([
    [
      'Hugging Face',
      huggingface(['--model_name=bge-m3', '--backend=huggingface', '--task=text_embedding']),
      '/openai/v1',
    ],
    ['vLLM by task', vllm(['--served-model-name=bge-m3', '--task', 'embed']), '/v1'],
    ['vLLM by runner', vllm(['--served-model-name=bge-m3', '--runner', 'pooling']), '/v1'],
  ])('embedding model, %s', (_, predictor, path) => {
    const { registrations } = served(project(inferenceService({ predictor, status: ready({ runtime: {} }) })));
    expect(registrations).toMatchObject([
      { publicName: 'bge-m3', apiBase: `${addressOf('qwen', 'llm')}${path}`, info: { mode: 'embedding' } },
    ]);
  });

  it('custom container', () => {
    expect(
      served(project(inferenceService({ predictor: container(), status: ready({ runtime: {} }) }))).registrations,
    ).toEqual([
      { ...qwen, publicName: 'mistral', servedName: 'mistral', apiBase: `${addressOf('qwen', 'llm')}/v1`, info: {} },
    ]);
  });

  it('headless and cluster-local: the address inside, with its port', () => {
    const manifest = inferenceService({
      name: 'm',
      labels: { 'networking.kserve.io/visibility': 'cluster-local' },
      status: ready({ address: `${addressOf('m', 'llm')}:8080`, url: 'http://m-llm.example.com' }),
    });
    expect(served(project(manifest)).registrations[0]?.apiBase).toBe(
      'http://m-predictor.llm.svc.cluster.local:8080/openai/v1',
    );
  });

  it('Knative, scaled to zero: served, since its activator holds calls', () => {
    expect(project(inferenceService({ name: 'phi', status: knative() }))).toEqual({
      state: 'serve',
      names: ['phi'],
      registrations: [
        {
          ...qwen,
          publicName: 'phi',
          servedName: 'phi',
          apiBase: 'http://phi.llm.svc.cluster.local/openai/v1',
          info: {},
        },
      ],
      rollingOut: false,
      template: { tells: '[[],"/openai/v1"]', version: 'phi-predictor-00002' },
      warnings: [],
    });
  });

  it('Knative, in the midst of a rollout', () => {
    expect(project(inferenceService({ name: 'phi', status: knativeRollout() }))).toEqual({
      state: 'hold',
      names: ['phi'],
      why: 'PredictorReady is Unknown: RevisionMissing: Configuration is waiting for a Revision.',
    });
  });

  it('stopped', () => {
    const annotations = { [`${PREFIX}enabled`]: 'true', 'serving.kserve.io/stop': 'true' };
    const why = 'serving.kserve.io/stop is "true"';
    expect(project(inferenceService({ annotations, status: stopped() }))).toEqual({
      state: 'withdraw',
      names: ['qwen'],
      why,
    });
    // The event that carries the annotation still says Ready.
    expect(project(inferenceService({ annotations, status: ready() }))).toEqual({
      state: 'withdraw',
      names: ['qwen'],
      why,
    });
    // The first one after a restart still says Stopped.
    expect(project(inferenceService({ status: stopped() }))).toMatchObject({
      state: 'hold',
      why: 'PredictorReady is False: Stopped',
    });
  });

  it('being deleted, though the status says Ready', () => {
    expect(
      source.project(
        source.parse(deleting(huggingfaceService)),
        { selection: 'annotated', address: 'cluster' },
        runtimes(),
      ),
    ).toEqual({
      state: 'withdraw',
      names: ['qwen2-5'],
      why: 'it is being deleted',
    });
  });
});

describe('what is registered', () => {
  const info = (annotations: Record<string, string>, ...args: string[]) =>
    served(project(annotated(annotations, { predictor: vllm(args) }))).registrations[0]?.info;

  it('takes mode and length by annotation before arguments', () => {
    expect(info({ enabled: 'true' })).toEqual({});
    expect(info({ enabled: 'true' }, '--task=score', '--max-model-len=8k')).toEqual({
      mode: 'rerank',
      max_tokens: 8000,
      max_input_tokens: 8000,
    });
    expect(info({ mode: 'chat', 'max-model-len': '4K' }, '--task=score', '--max-model-len=8k')).toEqual({
      mode: 'chat',
      max_tokens: 4096,
      max_input_tokens: 4096,
    });
  });

  it('takes embedding as a mode, and its denial as none', () => {
    expect(info({ embedding: 'true' }, '--task=score')).toEqual({ mode: 'embedding' });
    expect(info({ embedding: 'false' }, '--task=embed')).toEqual({});
    expect(info({ embedding: 'false' }, '--task=score')).toEqual({ mode: 'rerank' });
  });

  it('takes notes and provider, and always a key of its own', () => {
    const { registrations } = served(project(annotated({ notes: 'a\nb', provider: 'openai', 'base-path': '/x/' })));
    expect(registrations).toEqual([
      {
        publicName: 'qwen',
        provider: 'openai',
        servedName: 'qwen',
        apiBase: 'http://qwen-predictor.llm.svc.cluster.local/x',
        params: { api_key: 'not-needed' },
        info: { notes: 'a\nb' },
      },
    ]);
  });

  it('follows the address: a canary that was promoted', () => {
    const address = 'http://qwen-blue-predictor.llm.svc.cluster.local';
    expect(served(project(inferenceService({ status: ready({ address }) }))).registrations[0]?.apiBase).toBe(
      `${address}/openai/v1`,
    );
  });
});

describe('warnings', () => {
  const env = [
    { name: 'NAME', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
    { name: 'KSERVE_OPENAI_ROUTE_PREFIX', valueFrom: { configMapKeyRef: { name: 'c', key: 'p' } } },
  ];
  const predictor = huggingface(['--model_name=$(NAME)', '--max-model-len=$(NAME)'], { env });

  it('name what could not be read and may make calls fail', () => {
    const projection = served(project(annotated({ enabled: 'true' }, { predictor })));
    expect(projection.names).toEqual(['qwen']);
    expect(projection.warnings).toEqual([
      {
        reason: 'NotRoutable',
        message:
          '--model_name refers to $(NAME), whose value is not known; "qwen" is taken as the served name. Set model-registrar.io/served-name if it is another.',
      },
      {
        reason: 'NotRoutable',
        message:
          'KSERVE_OPENAI_ROUTE_PREFIX refers to a Secret, ConfigMap or field, whose value is not known; set model-registrar.io/base-path if calls fail.',
      },
    ]);
  });

  it('fall silent once annotations say it', () => {
    expect(served(project(annotated({ 'served-name': 'a', 'base-path': '/v1' }, { predictor }))).warnings).toEqual([]);
  });
});
