import { expect, it } from 'vitest';
import { litellmChoice } from '../../../src/sources/litellm-choice.ts';
import type { SourceObject } from '../../../src/sources/source.ts';

const object: SourceObject = { namespace: 'llm', name: 'qwen', uid: 'u', resourceVersion: '1', createdAt: 0 };

it.each([
  [{}, undefined],
  [{ annotations: {} }, undefined],
  [{ annotations: { 'model-registrar.io/litellm': 'gpu' } }, 'gpu'],
  [{ annotations: { 'model-registrar.io/litellm': '' } }, ''],
  [{ entry: {} }, undefined],
  [{ entry: { litellm: 'gpu' } }, 'gpu'],
])('of %j is %j', (more, choice) => {
  expect(litellmChoice({ ...object, ...more })).toBe(choice);
});
