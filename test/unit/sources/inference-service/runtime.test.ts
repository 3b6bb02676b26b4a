import { describe, expect, it } from 'vitest';
import { UnreadableObjectError } from '../../../../src/sources/index.ts';
import {
  findRuntime,
  namesRuntime,
  type RuntimeRef,
  runtimeKinds,
  type ServingRuntime,
} from '../../../../src/sources/inference-service/runtime.ts';
import { runtime, stored } from '../../../support/kserve-objects.ts';
import { runtimes } from './projecting.ts';

const [namespaced, clusterWide] = runtimeKinds;
const parse = (...given: Parameters<typeof runtime>) => clusterWide?.parse(stored(runtime(...given))) as ServingRuntime;

describe('runtimeKinds', () => {
  it('are those of KServe', () => {
    expect(runtimeKinds.map(({ resource, clusterWide: is }) => [resource.kind, resource.plural, is])).toEqual([
      ['ServingRuntime', 'servingruntimes', false],
      ['ClusterServingRuntime', 'clusterservingruntimes', true],
    ]);
  });

  it('keep what is read', () => {
    const container = {
      image: 'vllm/vllm-openai',
      args: ['--served-model-name={{.Name}}', '--api-key=sk-canary'],
      ports: [],
    };
    expect(namespaced?.parse(stored(runtime('mine', container, { namespace: 'llm' })))).toEqual({
      namespace: 'llm',
      name: 'mine',
      uid: '0a8f3c0e-0000-4000-8000-000000000001',
      resourceVersion: '100',
      container: { image: 'vllm/vllm-openai', args: ['--served-model-name={{.Name}}', '--api-key='] },
    });
  });

  it('take the container that KServe calls the server', () => {
    const containers = [
      { name: 'log', args: ['--model=wrong'] },
      { name: 'kserve-container', args: ['--model=right'] },
    ];
    expect(parse('mine', {}, { spec: { containers } }).container).toEqual({ args: ['--model=right'] });
  });

  it.each([
    ['vllmserver', 'vllm'],
    ['huggingfaceserver', 'huggingface'],
    ['tritonserver', 'other'],
    ['ovms', 'other'],
    ['mine', undefined],
    [7, undefined],
  ])('server type %s', (type, server) => {
    const annotations = { 'serving.kserve.io/server-type': type as string };
    expect(parse('mine', {}, { annotations }).server).toBe(server);
  });

  it.each<[string, Parameters<typeof runtime>[2], string | undefined]>([
    [
      'gRPC alone',
      { spec: { protocolVersions: ['grpc-v2'] } },
      'its serving runtime speaks gRPC, which LiteLLM does not speak',
    ],
    ['gRPC beside REST', { spec: { protocolVersions: ['v2', 'grpc-v2'] } }, undefined],
    ['no protocols', { spec: { protocolVersions: [] } }, undefined],
    [
      "Open Data Hub's gRPC",
      { annotations: { 'opendatahub.io/apiProtocol': 'gRPC' } },
      'its serving runtime speaks gRPC, which LiteLLM does not speak',
    ],
    ["Open Data Hub's REST", { annotations: { 'opendatahub.io/apiProtocol': 'REST' } }, undefined],
    ['ModelMesh', { spec: { multiModel: true } }, 'its serving runtime is one of ModelMesh, which has no OpenAI API'],
  ])('%s', (_, rest, unsuited) => {
    expect(parse('mine', {}, rest).unsuited).toBe(unsuited);
  });

  it.each([null, 'x', {}, { metadata: { name: 'x' } }])('throw for %j', (raw) => {
    expect(() => clusterWide?.parse(raw)).toThrow(UnreadableObjectError);
  });

  it.each([{ spec: null }, { spec: { containers: 'x', protocolVersions: 7, multiModel: 'x' } }])(
    'count as absent what is malformed: %j',
    (change) => {
      expect(clusterWide?.parse({ ...stored(runtime('mine', {})), ...change })).toMatchObject({
        name: 'mine',
        container: {},
      });
    },
  );
});

describe('findRuntime', () => {
  const near = runtime('a', { image: 'near' }, { namespace: 'llm' });
  const far = runtime('a', { image: 'far' });
  const image = (scope: RuntimeRef['scope'], related = runtimes(near, far)) => {
    const found = findRuntime({ name: 'a', scope }, 'llm', related);
    return typeof found === 'string' ? found : found.container.image;
  };

  it('takes the one that the status tells', () => {
    expect([image('namespace'), image('cluster')]).toEqual(['near', 'far']);
    expect([image('namespace', runtimes(far)), image('cluster', runtimes(near))]).toEqual(['missing', 'missing']);
  });

  it('takes one of the namespace before one of the cluster', () => {
    expect([image('either'), image('either', runtimes(far)), image('either', runtimes())]).toEqual([
      'near',
      'far',
      'missing',
    ]);
  });

  it('does not take that of the cluster while those of the namespace cannot be read', () => {
    const related = {
      of: () => 'unknown' as const,
      find: (kind: string, ...place: [string, string]) =>
        kind === 'ServingRuntime' ? 'unknown' : runtimes(far).find(kind, ...place),
    } as const;
    expect([image('either', related), image('cluster', related)]).toEqual(['unknown', 'far']);
  });
});

describe('namesRuntime', () => {
  const inNamespace = (namespace: string, name = 'a') => ({ namespace, name, uid: '1', resourceVersion: '1' });

  it.each<[RuntimeRef['scope'], boolean[]]>([
    ['namespace', [true, false, false]],
    ['cluster', [false, false, true]],
    ['either', [true, false, true]],
  ])('scope %s', (scope, expected) => {
    const ref = { name: 'a', scope };
    expect([
      namesRuntime(ref, 'llm', 'ServingRuntime', inNamespace('llm')),
      namesRuntime(ref, 'llm', 'ServingRuntime', inNamespace('other')),
      namesRuntime(ref, 'llm', 'ClusterServingRuntime', inNamespace('')),
    ]).toEqual(expected);
    expect(namesRuntime(ref, 'llm', 'ServingRuntime', inNamespace('llm', 'b'))).toBe(false);
  });

  it('is false for what is run by no runtime, and for other kinds', () => {
    expect(namesRuntime(undefined, 'llm', 'ServingRuntime', inNamespace('llm'))).toBe(false);
    expect(namesRuntime({ name: 'a', scope: 'either' }, 'llm', 'Service', inNamespace('llm'))).toBe(false);
  });
});
