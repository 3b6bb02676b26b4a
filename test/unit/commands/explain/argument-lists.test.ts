import { expect, test } from 'vitest';
import { explain, model } from './manifests.ts';

test.each([
  ['model: { modelFormat: { name: huggingface }, args: --max-model-len=4096 }', 'spec.predictor.model.args'],
  [
    'containers: [{ name: kserve-container, image: vllm/vllm-openai, command: "vllm serve" }]',
    'spec.predictor.containers[0].command',
  ],
])('arguments that are one text are refused: %s', (predictor, path) => {
  const { objects, refused } = explain(model('x', { predictor: `{ ${predictor} }` }));
  expect(refused).toBe(1);
  expect(objects[0]).toMatchObject({ state: 'invalid', models: [] });
  expect(objects[0]?.problems.at(-1)).toEqual({
    reason: 'InvalidManifest',
    message: expect.stringContaining(`${path} is one text, and has to be a list of texts`),
  });
});
