import { describe, expect, it } from 'vitest';
import { readAddress, readBasePath } from '../../../../src/sources/inference-service/address.ts';
import { parseInferenceService } from '../../../../src/sources/inference-service/schema.ts';
import { container, huggingface, inferenceService, stored, vllm } from '../../../support/kserve-objects.ts';

describe('readAddress', () => {
  it.each([
    ['http://qwen-predictor.llm.svc.cluster.local', 'http://qwen-predictor.llm.svc.cluster.local'],
    ['http://qwen-predictor.llm.svc.cluster.local/', 'http://qwen-predictor.llm.svc.cluster.local'],
    ['http://m-predictor.llm.svc.cluster.local:8080', 'http://m-predictor.llm.svc.cluster.local:8080'],
    ['https://x.llm.svc.corp.example:8443//', 'https://x.llm.svc.corp.example:8443'],
    ['http://gateway.example/llm/qwen/', 'http://gateway.example/llm/qwen'],
    ['http://[fd00::1]:8080', 'http://[fd00::1]:8080'],
  ])('%s', (address, text) => {
    expect(readAddress(address)).toEqual({ text });
  });

  it('is done in time with many slashes', () => {
    const path = `${'/'.repeat(200_000)}x`;
    expect(readAddress(`http://qwen.llm${path}${path}/`)).toEqual({ text: `http://qwen.llm${path}${path}` });
  });

  it.each([undefined, ''])('there is none yet: %j', (address) => {
    expect(readAddress(address)).toBeUndefined();
  });

  it.each([
    ['qwen.llm', 'is no http or https URL'],
    ['grpc://qwen.llm', 'is no http or https URL'],
    ['http://', 'is no http or https URL'],
    ['file:///etc/passwd', 'is no http or https URL'],
    ['http://user:sk-canary@qwen.llm', 'carries credentials'],
    ['http://:sk-canary@qwen.llm', 'carries credentials'],
    ['http://qwen.llm?key=sk-canary', 'carries a query or a fragment'],
    ['http://qwen.llm/#sk-canary', 'carries a query or a fragment'],
  ])('%s cannot be used, and is not repeated', (address, problem) => {
    expect(readAddress(address)).toEqual({ text: '', problem: `status.address.url ${problem}` });
  });
});

describe('readBasePath', () => {
  const read = (predictor: Record<string, unknown>, given?: string) =>
    readBasePath(parseInferenceService(stored(inferenceService({ predictor }))).predictor, given);
  const prefix = (value: string) => ({ env: [{ name: 'KSERVE_OPENAI_ROUTE_PREFIX', value }] });

  it.each([
    ['the Hugging Face runtime', huggingface([]), '/openai/v1'],
    [
      'the Hugging Face server in a container',
      container({ image: 'kserve/huggingfaceserver:v0.20.0', command: [] }),
      '/openai/v1',
    ],
    ['the vLLM runtime', vllm([]), '/v1'],
    ['vLLM in a container', container(), '/v1'],
    ['any container', container({ image: 'mine', command: ['/start'] }), '/v1'],
    ['another server that is known', huggingface([], { runtime: 'my-sglang' }), '/v1'],
    ['a prefix', huggingface([], prefix('/llm')), '/llm/v1'],
    ['a prefix without slash', huggingface([], prefix('llm/a/')), '/llm/a/v1'],
    ['an empty prefix', huggingface([], prefix('')), '/v1'],
    ['a prefix that is a slash', huggingface([], prefix('/')), '/v1'],
  ])('%s', (_, predictor, text) => {
    expect(read(predictor)).toEqual({ text });
  });

  it('is done in time with many slashes', () => {
    expect(read(huggingface([], prefix(`a${'/'.repeat(200_000)}x`)))).toMatchObject({
      problem: expect.stringContaining('it is longer than 256 characters'),
    });
  });

  it('takes what is given before all else', () => {
    expect(read(huggingface([], { ...prefix('/../'), protocolVersion: 'grpc-v2' }), '/v3')).toEqual({ text: '/v3' });
    expect(read(huggingface([]), '')).toEqual({ text: '' });
  });

  it.each([
    [
      'an sklearn model',
      { model: { modelFormat: { name: 'sklearn' } } },
      'a model of the format "sklearn" with no runtime has no known OpenAI path',
    ],
    [
      'an OpenVINO runtime',
      huggingface([], { runtime: 'kserve-openvino' }),
      'a model of the format "huggingface" with the runtime "kserve-openvino" has no',
    ],
    ['a model without a format', { model: { runtime: 'mine' } }, 'a model of no format with the runtime "mine" has no'],
    ['no predictor', {}, 'the predictor has neither a model nor containers'],
    [
      'gRPC',
      huggingface([], { protocolVersion: 'grpc-v2' }),
      'the model is served by gRPC, which LiteLLM does not speak',
    ],
    [
      'a prefix that leaves the path',
      huggingface([], prefix('/../admin')),
      'KSERVE_OPENAI_ROUTE_PREFIX is "/../admin": it contains ".."',
    ],
    [
      'a prefix that is a query',
      huggingface([], prefix('?x')),
      'KSERVE_OPENAI_ROUTE_PREFIX is "?x": it contains a query',
    ],
    ['a prefix with two slashes within', huggingface([], prefix('a//b')), 'it contains "//"'],
  ])('%s has no known path', (_, predictor, problem) => {
    expect(read(predictor)).toEqual({ text: '', problem: expect.stringContaining(problem) });
  });
});
