import { expect, it } from 'vitest';
import { LiteLlmError, type LiteLlmErrorCode } from '../../../src/litellm/errors.ts';

const CODES: Record<LiteLlmErrorCode, { mayHaveBeenDone: boolean }> = {
  unreachable: { mayHaveBeenDone: true },
  timeout: { mayHaveBeenDone: true },
  unreadable: { mayHaveBeenDone: true },
  unauthorized: { mayHaveBeenDone: false },
  forbidden: { mayHaveBeenDone: false },
  'too-many-requests': { mayHaveBeenDone: false },
  'database-down': { mayHaveBeenDone: false },
  'no-database': { mayHaveBeenDone: false },
  'not-found': { mayHaveBeenDone: false },
  'create-failed': { mayHaveBeenDone: false },
  rejected: { mayHaveBeenDone: false },
  'server-error': { mayHaveBeenDone: false },
  'key-file': { mayHaveBeenDone: false },
};

it.each(Object.entries(CODES))('%s is a sentence about LiteLLM, with its code', (code, expected) => {
  const error = new LiteLlmError(code as LiteLlmErrorCode);
  expect(error.message).toMatch(/^LiteLLM \S.*[^.]$/);
  expect(error).toMatchObject({ code, name: 'LiteLlmError', status: undefined, retryAfterMs: undefined, ...expected });
});

it('carries what is known besides', () => {
  const error = new LiteLlmError('rejected', { status: 422, retryAfterMs: 5, hint: 'rpm: wrong' });
  expect(error).toMatchObject({ status: 422, retryAfterMs: 5, message: 'LiteLLM refused the model (rpm: wrong)' });
});
