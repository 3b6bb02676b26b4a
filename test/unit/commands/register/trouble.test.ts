import { expect, test } from 'vitest';
import { mayPass } from '../../../../src/commands/register/trouble.ts';
import { KubernetesError } from '../../../../src/kubernetes/index.ts';
import { LiteLlmError } from '../../../../src/litellm/index.ts';

test.each(['unreachable', 'timeout', 'unavailable', 'database-down', 'too-many-requests', 'create-failed'] as const)(
  'LiteLLM: %s may pass',
  (code) => {
    expect(mayPass(new LiteLlmError(code))).toBe(true);
  },
);

test.each(['unauthorized', 'forbidden', 'no-database', 'rejected', 'not-ours', 'key-file'] as const)(
  'LiteLLM: %s lasts',
  (code) => {
    expect(mayPass(new LiteLlmError(code))).toBe(false);
  },
);

test.each([
  ['server-error', true],
  ['unreachable', true],
  ['forbidden', false],
  ['invalid', false],
] as const)('Kubernetes: %s may pass: %s', (code, expected) => {
  expect(mayPass(new KubernetesError(code, 'x'))).toBe(expected);
});

test('what nobody expects does not pass', () => {
  expect(mayPass(new TypeError('x'))).toBe(false);
});
