import { describe, expect, it } from 'vitest';
import { predictorSchema, readPredictor } from '../../../../src/sources/inference-service/predictor.ts';
import { container, huggingface, vllm } from '../../../support/kserve-objects.ts';

function read(predictor: unknown, inStatus?: string) {
  const runtime = inStatus === undefined ? undefined : ({ name: inStatus, scope: 'cluster' } as const);
  return readPredictor(predictorSchema.parse(predictor), { name: 'isvc', runtime });
}

describe('readPredictor', () => {
  it('reads a model', () => {
    expect(read(huggingface(['--model_name=a', '--max_model_len=8192']))).toEqual({
      kind: 'model',
      format: 'huggingface',
      server: 'huggingface',
      arguments: { servedNames: ['a'], flagged: true, maxModelLen: 8192, unread: [] },
      container: { args: ['--model_name=a', '--max_model_len=8192'] },
    });
  });

  it('reads a container', () => {
    expect(read({ ...container(), name: 'blue' })).toEqual({
      kind: 'container',
      server: 'vllm',
      arguments: { servedNames: ['mistral'], flagged: true, server: 'vllm', unread: [] },
      container: {},
      name: 'blue',
    });
  });

  it('takes the container that KServe calls the server, else the first', () => {
    const [server] = container().containers as unknown[];
    const sidecar = { name: 'log', args: ['--served-model-name=wrong'] };
    expect(read({ containers: [sidecar, server] }).arguments.servedNames).toEqual(['mistral']);
    expect(read({ containers: [sidecar] }).arguments.servedNames).toEqual(['wrong']);
  });

  it('takes a --model for a name only where no runtime has named it before', () => {
    const args = ['--model=/mnt/models'];
    expect(read(vllm(args)).arguments.servedNames).toEqual([]);
    expect(read(container({ args })).arguments.servedNames).toEqual(['/mnt/models']);
  });

  it('passes over containers beside a model', () => {
    expect(read({ ...vllm([]), ...container() })).toMatchObject({ kind: 'model', arguments: { servedNames: [] } });
  });

  it('reads the old form, as it is without the webhook of KServe', () => {
    expect(read({ huggingface: { args: ['--model_name=a'], protocolVersion: 'v2' } })).toMatchObject({
      kind: 'model',
      format: 'huggingface',
      server: 'huggingface',
      arguments: { servedNames: ['a'] },
    });
    expect(read({ triton: {} })).toMatchObject({ format: 'triton', server: 'other' });
  });

  it.each([undefined, null, 'x', {}, { containers: [] }, { model: 1 }, { containers: [1] }])(
    'cannot tell from %j',
    (predictor) => {
      expect(read(predictor)).toEqual({ kind: 'unknown', arguments: { servedNames: [], unread: [] }, container: {} });
    },
  );

  it.each<[string, object, string | undefined, string | undefined]>([
    ['the command', { command: ['vllm', 'serve'], runtime: 'kserve-huggingfaceserver' }, undefined, 'vllm'],
    ['the image', { image: 'lmsysorg/sglang:1', runtime: 'kserve-huggingfaceserver' }, undefined, 'sglang'],
    ['the runtime of the spec', { runtime: 'kserve-vllmserver' }, undefined, 'vllm'],
    ['the runtime of the status before', { runtime: 'kserve-vllmserver' }, 'kserve-openvino', 'other'],
    ['the runtime of the status', {}, 'vllm-cuda', 'vllm'],
    ['the runtime of the status where the spec has an empty one', { runtime: '' }, 'vllm-cuda', 'vllm'],
    ['a runtime of another kind', {}, 'kserve-openvino', 'other'],
    ['the format', { runtime: 'my-runtime' }, undefined, 'huggingface'],
    ['nothing', { runtime: 'my-runtime', modelFormat: { name: 'llm' } }, undefined, undefined],
    ['nothing at all', { modelFormat: undefined }, undefined, undefined],
  ])('tells the server by %s', (_, model, runtime, server) => {
    expect(read(huggingface([], model as Record<string, unknown>), runtime).server).toBe(server);
  });

  it('keeps the runtime: the status, which follows the pods, before the spec', () => {
    expect(read(vllm([]), 'other').runtime).toEqual({ name: 'other', scope: 'cluster' });
    expect(read(vllm([])).runtime).toEqual({ name: 'kserve-vllmserver', scope: 'either' });
    expect(read(container(), 'from-status').runtime).toBeUndefined();
  });

  it.each([
    ['grpc-v1', true],
    ['grpc-v2', true],
    ['v2', false],
    [undefined, false],
  ])('protocol %s', (protocolVersion, grpc) => {
    expect(read(huggingface([], { protocolVersion })).unsuited !== undefined).toBe(grpc);
  });

  it('tells a literal variable from one that comes from elsewhere', () => {
    const env = [
      { name: 'SERVED_MODEL_NAME', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      { name: 'KSERVE_OPENAI_ROUTE_PREFIX' },
      { value: 'no name' },
    ];
    expect(read(huggingface([], { env })).arguments).toMatchObject({
      servedNames: [],
      openAiPrefix: '',
      unread: [{ setting: 'servedNames' }],
    });
  });

  it('drops malformed parts alone', () => {
    expect(
      read(huggingface([1, '--model_name=a', null] as string[], { env: 'x', image: 7 })).arguments.servedNames,
    ).toEqual(['a']);
  });
});
