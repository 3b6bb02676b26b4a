import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followBackend } from '../../../src/backends/follow-backend.ts';
import { type BackendServer, startBackend } from '../../support/backend-server.ts';
import { until } from '../../support/wait.ts';
import { entry } from '../sources/backend/builders.ts';
import { type Seen, watching } from './builders.ts';

let server: BackendServer;
let seen: Seen;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  server = await startBackend('vllm', [{ id: 'a' }]);
});

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await seen.close();
  await server.stop();
});

/** Quicker than a file may say. */
const QUICK = { interval: 30, timeout: 10_000 };

function follow(wish: Record<string, unknown> = {}, context: Parameters<typeof watching>[0] = {}) {
  seen = watching(context);
  const { interval = QUICK.interval, timeout = QUICK.timeout, ...said } = wish;
  const read = { ...entry({ url: server.url, ...said }), interval: Number(interval), timeout: Number(timeout) };
  const follower = followBackend(read, seen.context);
  stops.push(() => follower.stop(false));
  return follower;
}

test('a backend that answers is asked again and again, and known for certain after two answers', async () => {
  const follower = follow();
  await follower.tried;
  expect([...seen.objects.keys()]).toEqual(['lab:a']);
  expect(follower.state).toBe('starting');
  await until('it answered twice', () => follower.state === 'synced');
});

test.each([
  ['server-error', () => server.answerModels({}, 500)],
  ['server-error', () => server.answerModels('', 302)],
  ['refused-key', () => server.wantKey('another')],
  ['nonsense', () => server.answerModels('<html>')],
  ['empty', () => server.answerModels({ data: [] })],
  ['nonsense', () => server.answerModels(`{"data":[{"id":"${'x'.repeat(5 * 1024 * 1024)}"}]}`)],
  ['timeout', () => server.hang(true)],
  ['unreachable', () => server.stop()],
] as const)('what is no list of models (%s) changes nothing, and is told once', async (code, spoil) => {
  const follower = follow(code === 'timeout' ? { timeout: 500 } : {});
  await until('it is known', () => follower.state === 'synced');
  await spoil();
  await until('it fails', () => seen.outcomes.filter((one) => one === code).length >= 2);
  expect(follower.state).toBe('failing');
  expect(follower.trouble?.code).toBe(code);
  expect([...seen.objects.keys()]).toEqual(['lab:a']);
  const told = seen.lines.filter(({ level }) => level === 'warn');
  expect(told).toHaveLength(1);
  await expect(follower.fetch('lab:a')).rejects.toMatchObject({ code });
  if (code === 'unreachable') await server.start();
});

test('a model that may be gone is asked for once more, and is there if the backend says so', async () => {
  const follower = follow({ interval: 600_000 });
  await follower.tried;
  server.list([{ id: 'a' }, { id: 'b' }]);
  await until('it is there', async () => (await follower.fetch('lab:b')) !== undefined);
  expect(await follower.fetch('lab:c')).toBeUndefined();
});

test('its key goes with each call, and never to another server: not while the file with that one’s key cannot be read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-keys-'));
  stops.push(() => rm(folder, { recursive: true }));
  const key = join(folder, 'a');
  await writeFile(key, 'canary-of-a');
  const follower = follow({ 'api-key-file': key });
  await until('it is known', () => follower.state === 'synced');
  expect(new Set(server.calls.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer canary-of-a']));
  const other = await startBackend('ollama', [{ id: 'a' }]);
  stops.push(() => other.stop());
  await follower.change({ ...follower.entry, url: other.url, 'api-key-file': join(folder, 'b') });
  await until('the other answered', () => other.calls.length > 1);
  expect(JSON.stringify(other.calls)).not.toContain('canary-of-a');
  expect(seen.objects.get('lab:a')).toMatchObject({ entry: { url: other.url }, key: { state: 'unknown' } });
});

test('an answer in flight from where it led before is dropped, and the new place is asked at once', async () => {
  const other = await startBackend('ollama', [{ id: 'x' }]);
  stops.push(() => other.stop());
  server.hang(true);
  const follower = follow({ interval: 600_000, timeout: 60_000 });
  await until('the first is asked', () => server.calls.length > 0);
  expect(follower.answered).toBe(false);
  await follower.change({ ...follower.entry, url: other.url });
  await until('the other is known', () => seen.objects.has('lab:x'));
});

test('edits and new keys are no reason to count one dip twice', async () => {
  server.list([{ id: 'a' }, { id: 'b' }]);
  const follower = follow({ interval: 600_000 });
  await follower.tried;
  server.list([{ id: 'a' }]);
  for (const tag of ['x', 'y', 'z']) {
    const before = seen.outcomes.length;
    await follower.change({ ...follower.entry, tags: [tag] });
    await until('it is asked again', () => seen.outcomes.length > before);
  }
  expect([...seen.objects.keys()]).toEqual(['lab:a', 'lab:b']);
  // Whoever has no time for an interval asks once more, and that counts.
  await follower.again();
  await follower.again();
  expect([...seen.objects.keys()]).toEqual(['lab:a']);
});

test('what its entry leaves out is not there, also while it does not answer', async () => {
  const follower = follow();
  await until('it is known', () => follower.state === 'synced');
  await server.stop();
  await until('it fails', () => follower.state === 'failing');
  await follower.change({ ...follower.entry, exclude: ['a'] });
  expect(await follower.fetch('lab:a')).toBeUndefined();
  await server.start();
});

test('another entry is asked for at once', async () => {
  const follower = follow({ interval: 600_000 });
  await follower.tried;
  const other = await startBackend('ollama', [{ id: 'x' }]);
  stops.push(() => other.stop());
  await follower.change(entry({ url: other.url, interval: '600s' }));
  await until('it is known', () => seen.objects.has('lab:x'));
  expect(seen.objects.get('lab:a')?.entry.url).toBe(server.url);
});

test('a model is asked once whether it calls functions; `tool_calls: null`, and a refusal of tools, mean no', async () => {
  server.list([{ id: 'yes' }, { id: 'no' }]);
  server.callsFunctions(['yes']);
  follow({ probe: true });
  await until('all is known', () => [...seen.objects.values()].filter((one) => !one.asking).length === 2);
  await until('it was asked on', () => seen.outcomes.length > 2);
  const probes = server.calls.filter(({ method }) => method === 'POST');
  expect(probes.map(({ model, tools }) => `${model} ${tools}`)).toEqual(['yes true', 'no true']);
  expect(seen.objects.get('lab:yes')?.callsFunctions).toBe(true);
  expect(seen.objects.get('lab:no')?.callsFunctions).toBe(false);
});

test('what LiteLLM’s row says about functions is not asked again, and nothing is asked while that is not known', async () => {
  let known: true | 'unread' = 'unread';
  const follower = follow({ probe: true }, { knownAbility: () => known });
  await until('it was asked on', () => seen.outcomes.length > 1);
  expect(seen.objects.get('lab:a')?.asking).toBe(true);
  known = true;
  await follower.findOut();
  expect(seen.objects.get('lab:a')?.callsFunctions).toBe(true);
  expect(server.calls.filter(({ method }) => method === 'POST')).toEqual([]);
});

test('a model that gave no answer is asked again at the next turn, however often the files are looked at meanwhile', async () => {
  let known: undefined | 'unread' = 'unread';
  const follower = follow({ probe: true, interval: 600_000 }, { knownAbility: () => known });
  await follower.tried;
  // It is listed, and the server does not know it when it is called.
  server.list([]);
  known = undefined;
  for (let time = 0; time < 3; time++) {
    await follower.look();
    await follower.findOut();
  }
  expect(server.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  // It is let in without it.
  expect(seen.objects.get('lab:a')?.asking).toBeUndefined();
});

test('what nobody expects in one turn is told, and does not end the asking', async () => {
  let broken = true;
  const follower = follow(
    {},
    {
      onModel() {
        if (broken) throw new Error('broken');
      },
    },
  );
  await until('it is told', () => seen.lines.some(({ level }) => level === 'error'));
  broken = false;
  await until('it goes on', () => follower.state === 'synced');
});

test('stopped for good it tells that its models are gone, else nothing', async () => {
  const follower = follow();
  await follower.tried;
  await follower.stop(true);
  expect(seen.told).toEqual(['has lab:a', 'gone lab:a']);
});

test('ids that nobody could call are passed over, and told once', async () => {
  server.list([{ id: 'a' }, { id: 'os.environ/KEY' }]);
  follow();
  await until('it answered twice', () => seen.outcomes.length > 2);
  expect([...seen.objects.keys()]).toEqual(['lab:a']);
  expect(seen.lines.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { backend: 'lab', count: 1 } }]);
});
