import { expect, test } from 'vitest';
import { readTarget, TARGETS } from '../../../../src/commands/register/target.ts';

test.each([
  ['inferenceservice/qwen', 'inference-service', 'qwen', undefined],
  ['inference-service/qwen-3.5', 'inference-service', 'qwen-3.5', undefined],
  ['llminferenceservice/llama', 'llm-inference-service', 'llama', undefined],
  ['service/vllm', 'service', 'vllm', undefined],
  ['service/vllm:8000', 'service', 'vllm', '8000'],
  ['service/vllm:http', 'service', 'vllm', 'http'],
])('%s names an object', (text, kind, name, port) => {
  const { source, ...rest } = readTarget(text);
  expect({ kind: source.kind, ...rest }).toEqual({ kind, name, ...(port !== undefined && { port }) });
});

test.each(['qwen', 'pod/x', 'inferenceservice/', 'inferenceservice/qwen:80', 'service/a:'])(
  '%s names none, and is told what would',
  (text) => {
    expect(() => readTarget(text)).toThrow(`It must be one of ${TARGETS.join(', ')}.`);
  },
);

test.each(['service/A', 'service/a/b', 'inferenceservice/x_y'])('%s has a name that no object can have', (text) => {
  expect(() => readTarget(text)).toThrow('What stands behind the slash cannot be the name of an object');
});

test('help names every source', () => {
  expect(TARGETS).toEqual(['inferenceservice/NAME', 'llminferenceservice/NAME', 'service/NAME[:PORT]']);
});
