import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const serve = (annotations: Record<string, string>): void =>
  stage.serve({ name: 'qwen', annotations: { enabled: 'true', ...annotations } });
const rows = () => stage.litellm.rows();
const registered = () => until('it is registered', () => rows().length === 1);
const blocked = (): unknown => rows()[0]?.blocked;
const told = (pattern: RegExp) =>
  until(`an Event that matches ${pattern}`, () => stage.events('qwen').some((event) => pattern.test(event)));
const down = (): void => stage.setStatus({ name: 'qwen', ready: 'False', copies: 0 });
const up = (): void => stage.setStatus({ name: 'qwen' });

/** So many readings of LiteLLM's list, and what they lead to. */
async function resyncs(count: number): Promise<void> {
  const lists = (): number => stage.litellm.calls.list().filter(({ path }) => path === '/model/info').length;
  const before = lists();
  await until(`${count} resyncs went by`, () => lists() > before + count);
}

test('Retain, and no policy at all: an object that is down keeps its row as it is', async () => {
  serve({ 'unready-policy': 'Retain' });
  await stage.start();
  await registered();
  const before = rows();
  down();
  await resyncs(3);
  expect(rows()).toEqual(before);
});

test('Block: calls are refused while it is down, and not while a copy serves; the same row comes back', async () => {
  serve({ 'unready-policy': 'Block' });
  await stage.start();
  await registered();
  const { id } = rows()[0]?.model_info ?? {};
  stage.setStatus({ name: 'qwen', ready: 'False', copies: 1 });
  await resyncs(2);
  expect(blocked()).toBeFalsy();
  down();
  await until('it is blocked', () => blocked() === true);
  await told(/^Blocked: LiteLLM refuses calls for "qwen" until it serves again: .*unready-policy is Block/);
  const written = stage.litellm.calls.list().filter(({ method }) => method !== 'GET').length;
  await resyncs(3);
  expect(stage.litellm.calls.list().filter(({ method }) => method !== 'GET')).toHaveLength(written);
  up();
  await until('it is let in', () => blocked() === false);
  expect(rows()[0]?.model_info.id).toBe(id);
  expect(rows()[0]?.model_info.model_registrar).not.toHaveProperty('blockedByUs');
});

test('Withdraw: the row goes when the grace is over, and comes back under the same id', async () => {
  serve({ 'unready-policy': 'Withdraw', 'unready-grace': '2s' });
  await stage.start();
  await registered();
  const { id } = rows()[0]?.model_info ?? {};
  const since = performance.now();
  down();
  await resyncs(2);
  expect(rows()).toHaveLength(1);
  await until('it is gone', () => rows().length === 0);
  expect(performance.now() - since).toBeGreaterThan(2_000);
  await told(/^Withdrawn: .*no copy serves, and unready-policy is Withdraw/);
  up();
  await registered();
  expect(rows()[0]?.model_info.id).toBe(id);
});

test('a dip that is shorter than the grace changes nothing, and the next one has all its grace', async () => {
  serve({ 'unready-policy': 'Withdraw', 'unready-grace': '2s' });
  await stage.start();
  await registered();
  const before = rows();
  for (let dips = 0; dips < 3; dips += 1) {
    down();
    await resyncs(3);
    up();
    await resyncs(1);
  }
  expect(rows()).toEqual(before);
});

test('an administrator’s own block stays, whatever the object does', async () => {
  serve({ 'unready-policy': 'Block' });
  await stage.start();
  await registered();
  const id = String(rows()[0]?.model_info.id);
  await fetch(`${stage.litellm.url}/model/${id}/update`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${stage.litellm.masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ blocked: true }),
  });
  await resyncs(2);
  down();
  await resyncs(2);
  up();
  await resyncs(3);
  expect(blocked()).toBe(true);
  expect(rows()[0]?.model_info.model_registrar).not.toHaveProperty('blockedByUs');
});

test('a controller that starts while it is blocked leaves it so, and lets it in when it serves', async () => {
  serve({ 'unready-policy': 'Block' });
  const first = await stage.start();
  await registered();
  down();
  await until('it is blocked', () => blocked() === true);
  await first.stop();
  await stage.start();
  await resyncs(3);
  expect(blocked()).toBe(true);
  up();
  await until('it is let in', () => blocked() === false);
});

test('a policy that is taken back lifts the block at once', async () => {
  serve({ 'unready-policy': 'Block' });
  await stage.start();
  await registered();
  down();
  await until('it is blocked', () => blocked() === true);
  stage.apply({ name: 'qwen', annotations: { enabled: 'true', 'unready-policy': 'Retain' } });
  await until('it is let in', () => blocked() === false);
});
