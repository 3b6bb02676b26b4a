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

test('nothing is known before they were read, and one list is not enough to say that one is missing', async () => {
  const { credentials } = asked([{ status: 200, body: body('corp') }]);
  expect(credentials.look('corp')).toEqual({ state: 'unread' });
  await credentials.read();
  expect([credentials.look('corp'), credentials.look('other')]).toEqual([{ state: 'known' }, { state: 'doubtful' }]);
});

test('they are not read again a moment later', async () => {
  const { credentials, clock, calls } = asked([
    { status: 200, body: body('corp') },
    { status: 200, body: body() },
    { status: 200, body: body() },
    { status: 200, body: body('corp') },
  ]);
  await credentials.read();
  clock.now = 4_999;
  await credentials.read();
  expect(calls).toEqual(['/credentials']);
  clock.now = 5_000;
  await credentials.read();
  expect(credentials.look('corp')).toEqual({ state: 'doubtful' });
  clock.now = 10_000;
  await credentials.read();
  expect(credentials.look('corp')).toEqual({ state: 'missing' });
  clock.now = 15_000;
  await credentials.read();
  expect(credentials.look('corp')).toEqual({ state: 'known' });
});

test.each([
  { status: 403, body: { error: 'canary' } },
  { status: 200, body: '<html>' },
  { status: 200, body: { credentials: [{ name: 'x' }] } },
])('what is no list of them keeps what is known: $status', async (answer) => {
  const { credentials, clock } = asked([{ status: 200, body: body('corp') }, answer]);
  await credentials.read();
  clock.now = 10_000;
  await credentials.read();
  expect(credentials.look('corp')).toEqual({ state: 'known' });
});

test('why they cannot be read is told while nothing is known', async () => {
  const { credentials } = asked([{ status: 403, body: { error: 'canary' } }]);
  await credentials.read();
  expect(credentials.look('corp')).toEqual({ state: 'unread', why: expect.not.stringContaining('canary') });
});
