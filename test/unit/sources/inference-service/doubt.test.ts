import { describe, expect, it } from 'vitest';
import type { RelatedObjects } from '../../../../src/sources/index.ts';
import { huggingface, inferenceService, ready, runtime, vllm } from '../../../support/kserve-objects.ts';
import { annotated, project, runtimes, served } from './projecting.ts';

const UNKNOWN: RelatedObjects = { find: () => 'unknown', of: () => 'unknown' };
const onAcme = { runtime: { servingRuntimeName: 'acme' } };
const acme = (more: object = {}) =>
  inferenceService({
    predictor: huggingface(['--served-model-name=a'], { runtime: 'acme', ...more }),
    status: ready(onAcme),
  });
const theRuntime = runtime(
  'acme',
  { image: 'vllm/vllm-openai:v0.11.0', args: ['--max-model-len=8192', '--task=embed'] },
  { namespace: 'llm' },
);

describe('what is doubtful of an object whose runtime cannot be had', () => {
  it('is nothing where the runtime can be had', () => {
    expect(served(project(acme(), 'annotated', runtimes(theRuntime))).doubt).toBeUndefined();
  });

  it.each([
    ['missing', runtimes()],
    ['unknown', UNKNOWN],
  ])('%s: path, mode and length, where the object says its name itself', (_, related) => {
    expect(served(project(acme(), 'annotated', related)).doubt).toEqual({
      servedName: false,
      names: false,
      basePath: true,
      mode: true,
      length: true,
    });
  });

  it('is a name that only a variable tells: flags of the runtime go before it', () => {
    const env = [{ name: 'MODEL_NAME', value: 'org/llama' }];
    const object = inferenceService({ predictor: vllm([], { runtime: 'acme', env }), status: ready(onAcme) });
    expect(served(project(object, 'annotated', UNKNOWN)).doubt).toMatchObject({ servedName: true, names: true });
  });

  it('is nothing that the object’s own task and prefix say', () => {
    const object = acme({
      args: ['--served-model-name=a', '--task=generate', '--max-model-len=4k'],
      env: [{ name: 'KSERVE_OPENAI_ROUTE_PREFIX', value: 'llm' }],
    });
    expect(served(project(object, 'annotated', UNKNOWN)).doubt).toBeUndefined();
  });

  it('is nothing that annotations say', () => {
    const annotations = { 'served-name': 'a', 'base-path': '/v1', mode: 'chat', 'max-model-len': '8k' };
    const object = annotated(annotations, { predictor: vllm([], { runtime: 'acme' }), status: ready(onAcme) });
    expect(served(project(object, 'annotated', UNKNOWN)).doubt).toBeUndefined();
  });

  it('is the name alone where a runtime of KServe’s own is missing, which may have been edited', () => {
    const object = inferenceService({
      predictor: vllm([]),
      status: ready({ runtime: { clusterServingRuntimeName: 'kserve-vllmserver' } }),
    });
    expect(served(project(object)).doubt).toMatchObject({
      servedName: true,
      names: true,
      basePath: false,
      mode: false,
      length: false,
    });
    const named = inferenceService({
      predictor: vllm(['--served-model-name=a']),
      status: ready({ runtime: { clusterServingRuntimeName: 'kserve-vllmserver' } }),
    });
    expect(served(project(named)).doubt).toBeUndefined();
  });

  it('is all, under --selection all, where the object’s names tell nothing: it is held, not left out', () => {
    const plain = (format: string, name: string) =>
      inferenceService({
        annotations: {},
        predictor: { model: { modelFormat: { name: format }, runtime: name } },
        status: ready({ runtime: { servingRuntimeName: name } }),
      });
    const serving = runtime('openvino-vllm', { command: ['vllm', 'serve', 'm'] }, { namespace: 'llm' });
    expect(project(plain('any', 'openvino-vllm'), 'all', runtimes(serving)).state).toBe('serve');
    for (const object of [plain('any', 'openvino-vllm'), plain('triton', 'house')]) {
      expect(project(object, 'all', UNKNOWN).state).toBe('hold');
      expect(project(object, 'all', runtimes()).state).toBe('hold');
    }
  });
});
