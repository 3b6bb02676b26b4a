import { expect, test } from 'vitest';
import { registeredRef } from '../../../src/registration/register-ref.ts';
import { sourceKey } from '../../../src/registration/registration.ts';

test.each([
  ['inference-service', 'qwen', 'register/llm/inferenceservice.qwen'],
  ['llm-inference-service', 'qwen-2.5', 'register/llm/llminferenceservice.qwen-2.5'],
  ['service', 'vllm', 'register/llm/service.vllm'],
])('rows of register for %s %s stand for %s', (kind, name, key) => {
  expect(sourceKey(registeredRef({ kind, namespace: 'llm', name }))).toBe(key);
});
