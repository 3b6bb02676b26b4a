import { describe, expect, it } from 'vitest';
import { projectInferenceService } from '../../../../src/sources/inference-service/project.ts';
import { type InferenceService, parseInferenceService } from '../../../../src/sources/inference-service/schema.ts';
import { UnreadableObjectError } from '../../../../src/sources/unreadable-object.ts';
import {
  condition,
  huggingface,
  inferenceService,
  knative,
  type Manifest,
  ready,
  stored,
} from '../../../support/kserve-objects.ts';

const parse = (manifest: Manifest, metadata = {}) => parseInferenceService(stored(manifest, metadata));

describe('parseInferenceService', () => {
  it('keeps the identity alone of what nobody annotated, where that is passed over', () => {
    const manifest = inferenceService({ labels: { a: 'b' }, status: ready({ copies: 2 }) });
    const bare = parseInferenceService(stored(manifest), { selection: 'annotated' });
    expect(bare).toMatchObject({ name: 'qwen', resourceVersion: '100', marks: { labels: {} }, conditions: {} });
    const settings = { selection: 'annotated', address: 'cluster' } as const;
    const projected = (object: InferenceService) =>
      projectInferenceService(object, settings, { find: () => 'missing', of: () => 'unknown' });
    expect(projected(bare)).toEqual(projected(parse(manifest)));
    // With the other selection its projection reads all of it.
    expect(parseInferenceService(stored(manifest), { selection: 'all' })).toEqual(parse(manifest));
  });

  it.each([
    ['an annotation of ours', { 'model-registrar.io/enabled': 'false' }],
    ['one that is no text', { 'model-registrar.io/enabled': true }],
  ])('keeps all that is read where there is %s', (_, annotations) => {
    const manifest = inferenceService({ annotations: annotations as Record<string, string>, labels: { a: 'b' } });
    expect(parseInferenceService(stored(manifest), { selection: 'annotated' })).toEqual(parse(manifest));
  });

  it('keeps what is read, and nothing else', () => {
    const annotations = {
      'model-registrar.io/mode': 'chat',
      'serving.kserve.io/deploymentMode': 'Knative',
      modelFormat: 'x',
    };
    expect(parse(inferenceService({ annotations, labels: { a: 'b' }, status: ready({ copies: 2 }) }))).toEqual({
      namespace: 'llm',
      name: 'qwen',
      uid: '0a8f3c0e-0000-4000-8000-000000000001',
      resourceVersion: '100',
      createdAt: Date.parse('2026-11-01T08:00:00Z'),
      annotations: { 'model-registrar.io/mode': 'chat' },
      malformed: [],
      deleting: false,
      marks: {
        stopped: false,
        frozen: false,
        predictive: false,
        authenticated: false,
        labels: { a: 'b' },
        annotations: { modelFormat: 'x' },
      },
      deploymentMode: 'Standard',
      conditions: {
        Ready: { status: 'True' },
        PredictorReady: { status: 'True', reason: 'NewReplicaSetAvailable', message: 'the Deployment is available' },
        Stopped: { status: 'False' },
      },
      address: 'http://qwen-predictor.llm.svc.cluster.local',
      url: 'http://qwen-llm.example.com',
      copies: 2,
      deploymentGeneration: 3,
      refused: false,
      traffic: [],
      hasTransformer: false,
      predictor: {
        kind: 'model',
        format: 'huggingface',
        runtime: { name: 'kserve-huggingfaceserver', scope: 'cluster' },
        server: 'huggingface',
        arguments: { servedNames: [], unread: [] },
        container: {},
      },
    });
  });

  it('keeps the revisions of Knative', () => {
    expect(parse(inferenceService({ status: knative({ created: 'phi-2', ready: 'phi-1' }) }))).toMatchObject({
      deploymentMode: 'Knative',
      copies: 0,
      latestCreatedRevision: 'phi-2',
      latestReadyRevision: 'phi-1',
      traffic: [{ revision: 'phi-1', percent: 100 }],
    });
  });

  it('keeps no value of a variable or an argument that is not read', () => {
    const predictor = huggingface(['--api-key', '$(KEY)', '--hf-token=sk-canary'], {
      env: [
        { name: 'HF_TOKEN', value: 'sk-canary' },
        { name: 'KEY', value: 'sk-canary' },
      ],
    });
    expect(JSON.stringify(parse(inferenceService({ predictor })))).not.toContain('canary');
  });

  it('takes an object without a status', () => {
    expect(parse(inferenceService())).toMatchObject({ conditions: {}, copies: 0, traffic: [] });
    expect(parse(inferenceService({ status: {} })).deploymentMode).toBeUndefined();
  });

  it.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    ['false', false],
    ['', false],
    ['yes', false],
    [true, false],
  ])('serving.kserve.io/stop %j', (value, stopped) => {
    expect(parse(inferenceService(), { annotations: { 'serving.kserve.io/stop': value } }).marks.stopped).toBe(stopped);
  });

  it.each([
    ['2026-11-01T09:00:00Z', true],
    ['', false],
    [null, false],
    [undefined, false],
  ])('deletionTimestamp %j', (deletionTimestamp, deleting) => {
    expect(parse(inferenceService(), { deletionTimestamp }).deleting).toBe(deleting);
  });

  it.each<[string, unknown, unknown, string | undefined]>([
    ['the status', 'Knative', 'Standard', 'Knative'],
    ['the annotation before there is a status', undefined, 'Standard', 'Standard'],
    ['an old name', 'RawDeployment', undefined, 'Standard'],
    ['another old name', 'Serverless', undefined, 'Knative'],
    ['an old name in the annotation', undefined, 'Serverless', 'Knative'],
    ['ModelMesh', 'ModelMesh', undefined, 'ModelMesh'],
    ['the annotation where the status is unknown', 'Odd', 'Knative', 'Knative'],
    ['nothing', 7, 8, undefined],
  ])('the mode is told by %s', (_, deploymentMode, annotation, mode) => {
    const annotations = { 'serving.kserve.io/deploymentMode': annotation };
    expect(parse(inferenceService({ status: { deploymentMode } }), { annotations }).deploymentMode).toBe(mode);
  });

  it('tells Knative by its revisions', () => {
    expect(parse(inferenceService({ status: { ...knative(), deploymentMode: undefined } })).deploymentMode).toBe(
      'Knative',
    );
  });

  it('cuts a long message', () => {
    const status = { conditions: [condition('Ready', 'False', 'Why', 'x'.repeat(5000))] };
    expect(parse(inferenceService({ status })).conditions.Ready?.message).toBe('x'.repeat(200));
  });

  it('takes a runtime of the namespace before one of the cluster', () => {
    const status = { servingRuntimeName: 'mine', clusterServingRuntimeName: 'theirs' };
    expect(parse(inferenceService({ status })).predictor.runtime).toEqual({
      name: 'mine',
      scope: 'namespace',
    });
    expect(parse(inferenceService({ status: { ...status, servingRuntimeName: '' } })).predictor.runtime).toEqual({
      name: 'theirs',
      scope: 'cluster',
    });
  });

  it.each([
    [{ containers: [] }, true],
    [null, false],
    [undefined, false],
  ])('transformer %j', (transformer, hasTransformer) => {
    expect(parse(inferenceService({ spec: { transformer } })).hasTransformer).toBe(hasTransformer);
  });

  it('remembers annotations of ours that are no text', () => {
    const annotations = { 'model-registrar.io/enabled': true, 'model-registrar.io/mode': 'chat', other: 7 };
    expect(parse(inferenceService(), { annotations })).toMatchObject({
      annotations: { 'model-registrar.io/mode': 'chat' },
      malformed: ['model-registrar.io/enabled'],
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['annotations', { metadata: { ...stored(inferenceService()).metadata, annotations: ['x'] } }],
    ['no spec', { spec: null }],
    ['a status of text', { status: 'x' }],
    ['conditions', { status: { conditions: [null, 1, { type: 'Ready' }, { type: 'Odd', status: 'True' }] } }],
    ['copies', { status: { modelStatus: { copies: { totalCopies: 'many' } } } }],
    ['negative copies', { status: { modelStatus: { copies: { totalCopies: -1 } } } }],
    ['an address', { status: { address: 'x', url: 7 } }],
    [
      'traffic',
      { status: { components: { predictor: { traffic: [{ percent: 'x' }, { revisionName: 'a', percent: 0 }] } } } },
    ],
  ])('counts as absent what is malformed: %s', (_, change) => {
    const object = parseInferenceService({ ...stored(inferenceService({ annotations: {} })), ...change });
    expect(object).toMatchObject({ name: 'qwen', annotations: {}, conditions: {}, copies: 0, traffic: [] });
    expect([object.address, object.url]).toEqual([undefined, undefined]);
  });

  it.each(['namespace', 'name', 'uid', 'resourceVersion', 'creationTimestamp'])('throws without %s', (key) => {
    for (const value of [undefined, null, 7, '']) {
      expect(() => parse(inferenceService(), { [key]: value })).toThrow(UnreadableObjectError);
      expect(() => parse(inferenceService(), { [key]: value })).toThrow(`metadata.${key} is missing or malformed`);
    }
  });

  it.each([undefined, null, 'x', 7, [], {}])('throws for %j', (raw) => {
    expect(() => parseInferenceService(raw)).toThrow(UnreadableObjectError);
  });

  it('throws where the time of creation is none', () => {
    expect(() => parse(inferenceService(), { creationTimestamp: 'yesterday' })).toThrow('metadata.creationTimestamp');
  });
});
