import { expect, test } from 'vitest';
import { podSchema, servingOf } from '../../bed/keeper/kserve/serving.ts';

const HUGGING_FACE = 'kserve/huggingfaceserver:latest';
const VLLM = 'vllm/vllm-openai-cpu:latest';

interface Started {
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string }[];
}

function pod(container: Started) {
  const sidecar = { name: 'sidecar', args: ['--model_name=other'] };
  const containers = [sidecar, { name: 'kserve-container', ...container }];
  return podSchema.parse({ metadata: { name: 'pod', uid: 'uid' }, spec: { containers } });
}

test.each<[string, Started, string[], string]>([
  [
    'the last --model_name',
    { image: HUGGING_FACE, args: ['--model_name=a', '--model-name', 'b'] },
    ['b'],
    '/openai/v1',
  ],
  [
    'the first of --served-model-name, for the Hugging Face server',
    { image: HUGGING_FACE, args: ['--model_name=a', '--served-model-name', 'b', 'c'] },
    ['b'],
    '/openai/v1',
  ],
  [
    'a route prefix',
    { image: HUGGING_FACE, env: [{ name: 'KSERVE_OPENAI_ROUTE_PREFIX', value: '' }] },
    ['model'],
    '/v1',
  ],
  [
    'all names of the last --served-model-name, for vLLM',
    { image: VLLM, args: ['--served-model-name=a', '--served-model-name', 'b', 'c', '--port=8080'] },
    ['b', 'c'],
    '/v1',
  ],
  ['the model, where vLLM is given no name', { image: VLLM, args: ['--model=/mnt/models'] }, ['/mnt/models'], '/v1'],
  [
    'a script of a shell, with a variable',
    {
      image: VLLM,
      command: ['/bin/sh', '-c'],
      args: ['exec vllm serve /mnt/models --served-model-name "$(NAME)" --port 8080'],
      env: [{ name: 'NAME', value: 'a' }],
    },
    ['a'],
    '/v1',
  ],
])('a pod serves: %s', (_, container, served, basePath) => {
  expect(servingOf(pod(container))).toEqual({ served, basePath });
});
