import { expect, test } from 'vitest';
import { createCredentials } from '../../../src/litellm/credentials.ts';

function asked(answers: { status: number; body: unknown }[]) {
  const clock = { now: 0 };
  const calls: string[] = [];
  const call = async ({ path }: { path: string }) => {
    calls.push(path);
    return answers.shift() ?? { status: 500, body: undefined };
  };
  return { credentials: createCredentials({ call }, () => clock.now), clock, calls };
}

const body = (...names: string[]) => ({
  success: true,
  credentials: names.map((name) => ({ credential_name: name, credential_values: { api_key: 'ca****ry' } })),
});

test('nothing is known before they were read, and each is known or missing afterwards', async () => {
  const { credentials } = asked([{ status: 200, body: body('corp') }]);
  expect(credentials.look('corp')).toBe('unread');
  await credentials.read();
  expect([credentials.look('corp'), credentials.look('other')]).toEqual(['known', 'missing']);
});

test('they are not read again a moment later', async () => {
  const { credentials, clock, calls } = asked([
    { status: 200, body: body('corp') },
    { status: 200, body: body() },
  ]);
  await credentials.read();
  clock.now = 4_999;
  await credentials.read();
  expect(calls).toEqual(['/credentials']);
  clock.now = 5_000;
  await credentials.read();
  expect(credentials.look('corp')).toBe('missing');
});

test.each([
  { status: 403, body: { error: 'canary' } },
  { status: 200, body: '<html>' },
  { status: 200, body: { credentials: [{ name: 'x' }] } },
])('what is no list of them keeps what is known: $status', async (answer) => {
  const { credentials, clock } = asked([{ status: 200, body: body('corp') }, answer]);
  await credentials.read();
  clock.now = 10_000;
  await expect(credentials.read()).rejects.toMatchObject({ code: 'unreadable' });
  expect(credentials.look('corp')).toBe('known');
});
