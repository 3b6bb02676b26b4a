import { describe, expect, it } from 'vitest';
import { NO_RELATED } from '../../../support/no-related.ts';
import { service } from '../../../support/services.ts';
import { problems, project, served, slices } from './projecting.ts';

describe('a Service that is annotated', () => {
  it('is a model under its own name, at its own address, once an endpoint is ready', () => {
    expect(project(service())).toEqual({
      state: 'serve',
      names: ['vllm'],
      registrations: [
        {
          publicName: 'vllm',
          provider: 'hosted_vllm',
          servedName: 'vllm',
          apiBase: 'http://vllm.llm.svc:8000/v1',
          params: { api_key: 'not-needed' },
          info: {},
        },
      ],
      rollingOut: false,
      warnings: [],
    });
  });

  it('says the rest by annotations, as an InferenceService does', () => {
    const annotations = {
      'model-name': 'qwen, qwen3',
      'served-name': 'Qwen/Qwen3-8B',
      'max-model-len': '32K',
      embedding: 'true',
      'base-path': '/openai/v1',
      provider: 'openai',
      tags: 'gpu',
      'litellm-params': 'rpm: 10',
      'api-key-secret': 'key',
    };
    const projection = project(service({ annotations }));
    expect(projection).toMatchObject({ names: ['qwen', 'qwen3'], apiKeySecret: { namespace: 'llm', name: 'key' } });
    expect(served(projection)).toEqual({
      publicName: 'qwen',
      provider: 'openai',
      servedName: 'Qwen/Qwen3-8B',
      apiBase: 'http://vllm.llm.svc:8000/openai/v1',
      params: { api_key: 'not-needed', rpm: 10, tags: ['gpu'] },
      info: { mode: 'embedding', max_tokens: 32_768, max_input_tokens: 32_768 },
    });
  });

  it('says that it is down where its slices have no ready endpoint, and not where nothing is known of them', () => {
    const manifest = service({ annotations: { 'unready-policy': 'Block', 'unready-grace': '1m' } });
    const unready = { policy: 'Block', graceMs: 60_000 };
    expect(project(manifest, slices({ ready: [] }))).toMatchObject({ unready: { ...unready, down: true } });
    expect(project(manifest, slices())).toMatchObject({ unready: { ...unready, down: false } });
    expect(project(manifest, NO_RELATED)).toMatchObject({ unready: { ...unready, down: false } });
  });

  it.each<[string, Parameters<typeof slices>]>([
    ['no slice', []],
    ['a slice without endpoints', [{ ready: [] }]],
    ['endpoints that are not ready', [{ ready: [false, false] }, { ready: [false] }]],
  ])('is held, and nothing is withdrawn, with %s', (_case, related) => {
    expect(project(service(), slices(...related))).toEqual({
      state: 'hold',
      names: ['vllm'],
      why: 'none of its endpoints is ready',
    });
  });

  it.each<[string, Parameters<typeof slices>]>([
    ['one of several endpoints', [{ ready: [false, true] }]],
    ['one of several slices', [{ ready: [false] }, { ready: [true] }]],
    ['one that says nothing of it', [{ ready: [undefined] }]],
  ])('serves with %s ready', (_case, related) => {
    expect(project(service(), slices(...related))).toMatchObject({ state: 'serve' });
  });

  it('is held where its EndpointSlices cannot be read', () => {
    expect(project(service(), NO_RELATED)).toMatchObject({ state: 'hold', why: 'its EndpointSlices cannot be read' });
  });

  it('is withdrawn at once when it is deleted', () => {
    const metadata = { deletionTimestamp: '2026-11-01T09:00:00Z' };
    expect(project(service({ metadata }))).toMatchObject({ state: 'withdraw', names: ['vllm'] });
  });
});

describe('a Service that is no model', () => {
  it.each(['annotated', 'all'] as const)('is one that nobody annotated, with --selection %s', (selection) => {
    expect(project(service({ annotations: {} }), slices({}), { selection })).toMatchObject({
      state: 'ignore',
      names: [],
    });
  });

  it('is one that says so', () => {
    expect(project(service({ annotations: { enabled: 'false' } }))).toMatchObject({ state: 'ignore', optedOut: true });
  });

  it.each([
    ['serving.kserve.io/v1beta1', 'InferenceService'],
    ['serving.kserve.io/v1alpha2', 'LLMInferenceService'],
    ['serving.knative.dev/v1', 'Route'],
    ['networking.internal.knative.dev/v1alpha1', 'ServerlessService'],
  ])('is one that %s %s made: its annotations are copies', (apiVersion, kind) => {
    const ownerReferences = [{ apiVersion, kind, name: 'qwen', uid: 'u', controller: true }];
    expect(project(service({ metadata: { ownerReferences } }))).toEqual({
      state: 'ignore',
      names: [],
      why: `${kind} qwen makes it, which is a model of its own`,
    });
  });

  it('but one that something else made is', () => {
    const ownerReferences = [{ apiVersion: 'apps.example.com/v1', kind: 'ModelServer', name: 'qwen', uid: 'u' }];
    expect(project(service({ metadata: { ownerReferences } }))).toMatchObject({ state: 'serve' });
  });
});

describe('what is wrong with a Service', () => {
  it('is all said at once', () => {
    const annotations = { mode: 'dance', port: 'metrics', 'max-model-len': 'long' };
    expect(problems(project(service({ annotations })))).toEqual([
      'InvalidAnnotation: model-registrar.io/port is "metrics", which the Service does not have. Allowed: http (8000).',
      expect.stringMatching(/^InvalidAnnotation: model-registrar.io\/mode is "dance"/),
      expect.stringMatching(/^InvalidAnnotation: model-registrar.io\/max-model-len is "long"/),
    ]);
  });

  it('is a served name that cannot be the public one, whatever its endpoints do', () => {
    expect(problems(project(service({ name: 'all-proxy-models' }), slices()))).toEqual([
      expect.stringContaining('cannot be the public name'),
    ]);
  });

  it('is an annotation that is no text', () => {
    const metadata = { annotations: { 'model-registrar.io/enabled': true } };
    expect(problems(project(service({ metadata })))).toEqual([expect.stringContaining('is no text')]);
  });
});
