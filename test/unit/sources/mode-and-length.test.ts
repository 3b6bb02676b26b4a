import { describe, expect, it } from 'vitest';
import { readServerArguments, type ServerContainer } from '../../../src/sources/server-arguments.ts';

const read = (container: ServerContainer) => readServerArguments(container, { name: 'isvc', appended: false });
const llama = (args: string[], variables: Record<string, string> = {}) =>
  read({
    command: ['llama-server', ...args],
    env: Object.entries(variables).map(([name, value]) => ({ name, value })),
  });

describe('Text Embeddings Inference', () => {
  const tei = (...args: string[]) => read({ image: 'ghcr.io/huggingface/text-embeddings-inference:1.8', args });

  it.each([
    [['--model-id=BAAI/bge-m3'], 'embedding'],
    [['--model-id', 'BAAI/bge-reranker-v2-m3'], 'rerank'],
    [['--model-id=/mnt/models'], 'embedding'],
    [[], 'embedding'],
  ])('%j is %s', (args, mode) => {
    expect(tei(...args)).toMatchObject({ mode, servedNames: [] });
  });

  it('takes the model from its variable, and a name where one is given', () => {
    const env = [
      { name: 'MODEL_ID', value: 'org/Reranker' },
      { name: 'SERVED_MODEL_NAME', value: 'ranks' },
    ];
    expect(read({ command: ['text-embeddings-router'], env })).toMatchObject({
      mode: 'rerank',
      servedNames: ['ranks'],
    });
    expect(tei('--served-model-name=a').servedNames).toEqual(['a']);
  });
});

describe('llama.cpp', () => {
  it.each<[string[], Record<string, string>, number | undefined]>([
    [['--ctx-size', '8192'], {}, 8192],
    [['-c', '4096'], {}, 4096],
    [['-c', '4096', '--ctx-size=2048'], {}, 2048],
    [['-c', '0'], {}, undefined],
    [[], { LLAMA_ARG_CTX_SIZE: '16384' }, 16_384],
    [['-c', '4096'], { LLAMA_ARG_CTX_SIZE: '16384' }, 4096],
    [['-c', '8192', '-np', '4'], {}, 2048],
    [['-c', '8192', '--parallel=4', '--kv-unified'], {}, 8192],
    [['-c', '8192'], { LLAMA_ARG_N_PARALLEL: '2' }, 4096],
    [['--max-model-len=4096'], {}, undefined],
  ])('%j with %j has %s tokens a call', (args, variables, tokens) => {
    expect(llama(args, variables).maxModelLen).toBe(tokens);
  });

  it.each<[string[], Record<string, string>, string | undefined]>([
    [['--embeddings'], {}, 'embedding'],
    [[], { LLAMA_ARG_EMBEDDINGS: '1' }, 'embedding'],
    [[], { LLAMA_ARG_EMBEDDINGS: '0' }, undefined],
    [[], { LLAMA_ARG_RERANKING: 'true', LLAMA_ARG_EMBEDDINGS: 'true' }, 'rerank'],
  ])('%j with %j is %s', (args, variables, mode) => {
    expect(llama(args, variables).mode).toBe(mode);
  });

  it.each<[string[], Record<string, string>, string[]]>([
    [['--alias', 'a'], {}, ['a']],
    [['-a', 'a, b,,a'], {}, ['a', 'b']],
    [[], { LLAMA_ARG_ALIAS: 'a' }, ['a']],
    [['--alias=b'], { LLAMA_ARG_ALIAS: 'a' }, ['b']],
    [['-a', '$(NONE)'], {}, []],
  ])('%j with %j is called %j', (args, variables, names) => {
    expect(llama(args, variables).servedNames).toEqual(names);
  });
});

describe('SGLang', () => {
  it('has a length, a name and a mode', () => {
    const args = ['--model-path=org/m', '--served-model-name=a', '--context-length', '32768', '--is-embedding'];
    expect(read({ command: ['python3', '-m', 'sglang.launch_server'], args })).toMatchObject({
      servedNames: ['a'],
      maxModelLen: 32_768,
      mode: 'embedding',
    });
  });
});

it('a server that only its runtime names is read as what it is', () => {
  const object = { name: 'isvc', appended: true, server: 'llama.cpp' } as const;
  expect(readServerArguments({ args: ['-a', 'a', '-c', '512'] }, object)).toEqual({
    servedNames: ['a'],
    flagged: true,
    maxModelLen: 512,
    unread: [],
  });
});
