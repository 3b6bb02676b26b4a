import { expect, test } from 'vitest';
import { createCredentials } from '../../../src/litellm/credentials.ts';
import { LiteLlmError } from '../../../src/litellm/errors.ts';

type Answer = { status: number; body: unknown } | Error;

function asked(answers: Answer[]) {
  const clock = { now: 0 };
  const calls: string[] = [];
  const call = async ({ path }: { path: string }) => {
    calls.push(path);
    const answer = answers.shift() ?? { status: 500, body: undefined };
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { credentials: createCredentials({ call }, () => clock.now), clock, calls };
}

const list = (...credentials: object[]): Answer => ({ status: 200, body: { success: true, credentials } });
const named = (credential_name: string, credential_values: unknown = { api_key: 'ca****ry' }) => ({
  credential_name,
  credential_values,
});

test('nothing is known before they were read, and one list is not enough to say that one is missing', async () => {
  const { credentials } = asked([list(named('corp'))]);
  expect(credentials.look('corp')).toBe('unread');
  await credentials.read();
  expect([credentials.look('corp'), credentials.look('other')]).toEqual(['known', 'doubtful']);
});

test.each([{}, null, undefined, { organization: 'x' }, { api_key: '' }, { api_key: '*****' }, { api_key: null }])(
  'one that holds no key is no better than none: %j',
  async (values) => {
    const { credentials } = asked([list({ credential_name: 'corp', credential_values: values })]);
    await credentials.read();
    expect(credentials.look('corp')).toBe('keyless');
  },
);

test('they are not read again a moment later', async () => {
  const { credentials, clock, calls } = asked([list(named('corp')), list(), list(), list(named('corp'))]);
  await credentials.read();
  clock.now = 4_999;
  await credentials.read();
  expect(calls).toEqual(['/credentials']);
  clock.now = 5_000;
  await credentials.read();
  expect(credentials.look('corp')).toBe('doubtful');
  clock.now = 10_000;
  await credentials.read();
  expect(credentials.look('corp')).toBe('missing');
  clock.now = 15_000;
  await credentials.read();
  expect(credentials.look('corp')).toBe('known');
});

test.each([
  { answer: { status: 401, body: { error: 'canary' } }, says: 'refused the key' },
  { answer: { status: 403, body: { error: 'canary' } }, says: 'does not let this key' },
  { answer: { status: 404, body: { detail: 'canary' } }, says: 'not one of LiteLLM’s' },
  { answer: { status: 200, body: '<html>canary' }, says: 'not one of LiteLLM’s' },
  { answer: { status: 200, body: { credentials: [{ name: 'canary' }] } }, says: 'not one of LiteLLM’s' },
  { answer: new LiteLlmError('timeout'), says: 'did not answer in time' },
])('what is no list of them keeps what is known, and says why: $says', async ({ answer, says }) => {
  const { credentials, clock } = asked([list(named('corp')), answer, list()]);
  await credentials.read();
  expect(credentials.fault()).toBeUndefined();
  clock.now = 10_000;
  await credentials.read();
  expect(credentials.fault()).toContain(says);
  expect(credentials.fault()).not.toContain('canary');
  expect(credentials.look('corp')).toBe('known');
  await credentials.read();
  expect(credentials.fault()).toBeUndefined();
});
