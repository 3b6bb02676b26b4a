import { describe, expect, it } from 'vitest';
import { parseInferenceService } from '../../../../src/sources/inference-service/schema.ts';
import { withRuntime } from '../../../../src/sources/inference-service/with-runtime.ts';
import {
  huggingface,
  inferenceService,
  type Manifest,
  ready,
  runtime,
  stored,
  vllm,
} from '../../../support/kserve-objects.ts';
import { NO_RELATED } from '../../../support/no-related.ts';
import { runtimes } from './projecting.ts';

function parse(predictor: Record<string, unknown>, rest: Parameters<typeof inferenceService>[0] = {}) {
  return parseInferenceService(stored(inferenceService({ predictor, ...rest })));
}
const on = (name: string, model: Record<string, unknown> = {}) =>
  huggingface([], { modelFormat: { name: 'llm' }, runtime: name, ...model });
const read = (object: ReturnType<typeof parse>, ...known: Manifest[]) =>
  withRuntime(object, runtimes(...known)).predictor;

describe('withRuntime', () => {
  it('passes through what is run by no runtime, or by one that nobody has named', () => {
    const object = parse(huggingface([]));
    expect(withRuntime(object, NO_RELATED)).toEqual({ predictor: object.predictor });
  });

  it('says that a runtime cannot be had, and what the object says by itself', () => {
    const object = parse(on('mine', { args: ['--max-model-len=4k'] }));
    expect(withRuntime(object, NO_RELATED)).toEqual({ predictor: object.predictor, absent: 'unknown' });
    expect(withRuntime(object, runtimes())).toEqual({ predictor: object.predictor, absent: 'missing' });
  });

  it.each([
    ['kserve-huggingfaceserver', 'huggingface'],
    ['kserve-huggingfaceserver-multinode', 'huggingface'],
    ['kserve-vllmserver', 'vllm'],
  ])('takes %s, where it is not there, for what KServe ships, but not where it cannot be read', (name, server) => {
    const object = parse(on(name));
    expect(withRuntime(object, runtimes())).toMatchObject({
      predictor: { server, arguments: { servedNames: ['qwen'] } },
    });
    expect(withRuntime(object, NO_RELATED).absent).toBe('unknown');
    expect(read(object, runtime(name, { args: ['--served-model-name=edited'] })).arguments.servedNames).toEqual([
      'edited',
    ]);
  });

  it('reads both as one command line', () => {
    const container = {
      image: 'vllm/vllm-openai',
      args: ['--served-model-name=$(WHO)', '--max-model-len=$(MAX_MODEL_LEN)', '--task=embed'],
      env: [
        { name: 'WHO', value: 'theirs' },
        { name: 'MAX_MODEL_LEN', value: '1024' },
      ],
    };
    const env = [{ name: 'MAX_MODEL_LEN', value: '4096' }];
    expect(read(parse(on('mine', { env })), runtime('mine', container)).arguments).toEqual({
      servedNames: ['theirs'],
      flagged: true,
      maxModelLen: 4096,
      mode: 'embedding',
      task: 'embed',
      server: 'vllm',
      unread: [],
    });
  });

  it('fills in what KServe fills in, on both sides', () => {
    const labels = { size: '7b' };
    const annotations = { 'model-registrar.io/enabled': 'true', flavour: 'chat' };
    const args = ['--max-model-len=8k'];
    const object = parse(on('mine', { args }), { labels, annotations });
    const name = '--served-model-name={{.Namespace}}-{{.Name}}-{{.Labels.size}}-{{.Annotations.flavour}}';
    expect(read(object, runtime('mine', { args: [name] })).arguments).toMatchObject({
      servedNames: ['llm-qwen-7b-chat'],
      maxModelLen: 8000,
      unread: [],
    });
    expect(parse(vllm(['--served-model-name={{.Labels.size}}']), { labels }).predictor.arguments.servedNames).toEqual([
      '7b',
    ]);
  });

  it('takes a command of the object instead of that of the runtime', () => {
    const command = ['python3', '-m', 'sglang.launch_server'];
    const object = parse(on('mine', { command }));
    const container = { command: ['vllm', 'serve'], args: ['--context-length=4096'] };
    expect(read(object, runtime('mine', container))).toMatchObject({
      server: 'sglang',
      arguments: { maxModelLen: 4096 },
    });
  });

  it.each<[string, Parameters<typeof runtime>[1], Record<string, string>, string | undefined]>([
    ['the word of its author', { image: 'vllm/vllm-openai' }, { 'serving.kserve.io/server-type': 'ovms' }, 'other'],
    ['its image', { image: 'corp/vllm:1' }, {}, 'vllm'],
    ['its command', { command: ['llama-server'] }, {}, 'llama.cpp'],
    ['nothing', { image: 'corp/x' }, {}, undefined],
  ])('tells the server by %s', (_, container, annotations, server) => {
    expect(read(parse(on('mine')), runtime('mine', container, { annotations })).server).toBe(server);
  });

  it('lets the image of the object go before all that the runtime says', () => {
    const annotations = { 'serving.kserve.io/server-type': 'huggingfaceserver' };
    const object = parse(on('mine', { image: 'vllm/vllm-openai' }));
    expect(read(object, runtime('mine', { image: 'x' }, { annotations })).server).toBe('vllm');
  });

  it('looks again when the runtime is another, and only then', () => {
    const object = parse(on('mine'));
    const before = runtimes(runtime('mine', { args: ['--served-model-name=a'] }));
    const after = runtimes(runtime('mine', { args: ['--served-model-name=b'] }));
    const first = withRuntime(object, before).predictor;
    expect(withRuntime(object, before).predictor).toBe(first);
    expect(withRuntime(object, after).predictor.arguments.servedNames).toEqual(['b']);
    expect(withRuntime(object, before).predictor).toEqual(first);
  });

  it('follows the status before the spec: pods of a misspelt runtime are still those of the old one', () => {
    const status = ready({ runtime: { servingRuntimeName: 'old' } });
    const known = runtime('old', { args: ['--served-model-name=a'] }, { namespace: 'llm' });
    expect(read(parse(on('misspelt'), { status }), known).arguments.servedNames).toEqual(['a']);
  });
});
