import { describe, expect, it } from 'vitest';
import { serverOfCommand, serverOfImage, serverOfName } from '../../../src/sources/server-kind.ts';

describe('serverOfCommand', () => {
  it.each([
    ['vllm serve x', 'vllm'],
    ['/opt/venv/bin/vllm serve', 'vllm'],
    ['uv run vllm serve x', 'vllm'],
    ['python3 -m vllm.entrypoints.openai.api_server --port=8080', 'vllm'],
    ['python /app/vllm/entrypoints/openai/api_server.py', 'vllm'],
    ['python3 -m huggingfaceserver', 'huggingface'],
    ['python3 -m huggingfaceserver.__main__', 'huggingface'],
    ['python3 -m sglang.launch_server --model-path x', 'sglang'],
    ['sglang serve', 'sglang'],
    ['text-embeddings-router --model-id x', 'text-embeddings-inference'],
    ['/usr/local/bin/text-generation-launcher', 'text-generation-inference'],
    ['/app/llama-server -m x', 'llama.cpp'],
    ['python3 -m llama_cpp.server', 'llama.cpp'],
    ['pip install vllm', undefined],
    ['huggingface-cli download vllm/model', undefined],
    ['tritonserver --model-repository=/mnt', undefined],
    ['a b c d e f vllm serve', undefined],
    ['', undefined],
  ])('%s -> %s', (line, server) => {
    expect(serverOfCommand(line.split(' '))).toBe(server);
  });

  it('is done in time with a long word', () => {
    const word = '/vllm/entrypoints/'.repeat(12_000);
    expect(serverOfCommand([word, word, 'llama-server'])).toBe('llama.cpp');
  });
});

describe('serverOfImage', () => {
  it.each([
    ['vllm/vllm-openai:v0.11.0', 'vllm'],
    ['public.ecr.aws/q9t5s3a7/vllm-cpu-release-repo@sha256:abc', 'vllm'],
    ['kserve/huggingfaceserver:v0.20.0-gpu', 'huggingface'],
    ['lmsysorg/sglang:latest', 'sglang'],
    ['ghcr.io/huggingface/text-embeddings-inference:1.8', 'text-embeddings-inference'],
    ['ghcr.io/huggingface/text-generation-inference:3', 'text-generation-inference'],
    ['ghcr.io/ggml-org/llama.cpp:server', 'llama.cpp'],
    ['vllm.example.com:5000/team/sklearn:1', undefined],
    ['localhost/team/sklearn:vllm', undefined],
    ['huggingface/transformers-pytorch-gpu', undefined],
    ['', undefined],
  ])('%s -> %s', (image, server) => {
    expect(serverOfImage(image)).toBe(server);
  });

  it.each(['.', ':', 'a/:'])('is done in time with a long one of %j', (piece) => {
    expect(serverOfImage(`${piece.repeat(200_000)}/vllm`)).toBeUndefined();
  });
});

describe('serverOfName', () => {
  it.each([
    ['kserve-huggingfaceserver', 'huggingface'],
    ['kserve-huggingfaceserver-multinode', 'huggingface'],
    ['huggingface', 'huggingface'],
    ['kserve-vllmserver', 'vllm'],
    ['vLLM', 'vllm'],
    ['my-sglang', 'sglang'],
    ['kserve-openvino', 'other'],
    ['kserve-tritonserver', 'other'],
    ['sklearn', 'other'],
    ['my-llm', undefined],
  ])('%s -> %s', (name, server) => {
    expect(serverOfName(name)).toBe(server);
  });
});
