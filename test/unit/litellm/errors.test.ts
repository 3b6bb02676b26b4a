import { expect, it } from 'vitest';
import { LiteLlmError, type LiteLlmErrorCode } from '../../../src/litellm/errors.ts';

/** Each of them: the compiler minds. */
const CODES: Record<LiteLlmErrorCode, true> = {
  unreachable: true,
  timeout: true,
  unreadable: true,
  unauthorized: true,
  forbidden: true,
  'too-many-requests': true,
  'database-down': true,
  'no-database': true,
  'not-found': true,
  'create-failed': true,
  rejected: true,
  'server-error': true,
  unavailable: true,
  'not-shown': true,
  'not-ours': true,
  'not-leader': true,
  'key-file': true,
};

it.each(Object.keys(CODES) as LiteLlmErrorCode[])('%s is a sentence about LiteLLM, with its code', (code) => {
  const error = new LiteLlmError(code);
  expect(error.message).toMatch(/^LiteLLM \S.*[^.]$/);
  expect(error).toMatchObject({ code, name: 'LiteLlmError', status: undefined, retryAfterMs: undefined });
});

it('carries what is known besides', () => {
  const error = new LiteLlmError('rejected', { status: 422, retryAfterMs: 5, hint: 'rpm: wrong' });
  expect(error).toMatchObject({
    status: 422,
    retryAfterMs: 5,
    message: expect.stringMatching(/^LiteLLM refused the model.*\(rpm: wrong\)$/),
  });
});
