import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const EMPTY = { kind: 'status', status: 200, body: { data: [], total_count: 0 } } as const;
/** Far longer than the test: what it shows, it shows within this time. */
const SETTLED_LATER = { settle: '1m', 'name-cooldown': '1m' };

const ids = (name: string): string[] =>
  stage.litellm.rows().flatMap((row) => (row.model_name === name ? [row.model_id] : []));
const told = (name: string, what: RegExp, namespace?: string): boolean =>
  stage.events(name, namespace).some((event) => what.test(event));
const lists = (): number => stage.litellm.calls.count('list');

async function resyncs(count: number): Promise<void> {
  const before = lists();
  await until(`${count} resyncs went by`, () => lists() >= before + count);
}

/** LiteLLM has started anew and has loaded nothing: it lists nothing, and then finds nothing in its database either (seen on 1.106.0). */
function loadedNothing(): void {
  for (const on of ['list', 'search']) {
    stage.litellm.faults.inject({ on, effect: EMPTY, times: Number.POSITIVE_INFINITY });
  }
}

test('a LiteLLM that has loaded nothing yet frees no name: not of a hand-made model, not of a pattern, not of an id, not of another owner', async () => {
  const elsewhere = await stage.start({ 'owner-id': 'elsewhere', namespace: ['llm'] });
  stage.serve({ name: 'theirs', annotations: { enabled: 'true' } });
  await until('the other owner has its row', () => ids('theirs').length === 1);
  await elsewhere.stop();
  stage.litellm.insert({ id: 'mine', name: 'by-hand', params: { model: 'openai/x', api_base: 'http://x/v1' } });
  stage.litellm.insert({ id: 'all-of-openai', name: 'openai/*', params: { model: 'openai/*' } });
  stage.litellm.reload();
  await stage.start({ ...SETTLED_LATER, namespace: ['team'] });
  stage.serve({ namespace: 'team', name: 'free', annotations: { enabled: 'true' } });
  await until('it works', () => ids('free').length === 1);
  const before = stage.litellm.rows().length;

  loadedNothing();
  await resyncs(2);
  const names = ['by-hand', 'openai/gpt-4o', 'theirs'];
  for (const [index, name] of names.entries()) {
    stage.serve({ namespace: 'team', name: `thief-${index}`, annotations: { 'model-name': name } });
  }
  stage.serve({ namespace: 'team', name: 'thief-of-id', annotations: { 'model-name': 'mine' } });
  for (const index of names.keys()) {
    await until(`thief ${index} is told`, () => told(`thief-${index}`, /^NameConflict: /, 'team'));
  }
  await until('the thief of the id is told', () =>
    told('thief-of-id', /^InvalidAnnotation: .*the id of a model/, 'team'),
  );
  await resyncs(3);
  expect(stage.litellm.rows()).toHaveLength(before);
});

test('a LiteLLM that has loaded nothing yet frees no name of ours: the rival waits, and our row is there again', async () => {
  await stage.start(SETTLED_LATER);
  stage.serve({ namespace: 'a', name: 'holder', annotations: { 'model-name': 'chat' } });
  await until('the holder has it', () => ids('chat').length === 1);
  const [id] = ids('chat');
  loadedNothing();
  stage.serve({ namespace: 'b', name: 'rival', annotations: { 'model-name': 'chat' } });
  await until('the rival is told', () => told('rival', /^NameConflict: /, 'b'));
  // Not Ready: it does not write its row again.
  stage.setStatus({ namespace: 'a', name: 'holder', ready: 'Unknown', copies: 0 });
  await resyncs(3);
  expect(ids('chat')).toEqual([id]);
});

test('a name is free again when what held it is really gone', async () => {
  stage.litellm.insert({ id: 'mine', name: 'by-hand', params: { model: 'openai/x', api_base: 'http://x/v1' } });
  stage.litellm.reload();
  await stage.start();
  stage.serve({ name: 'waits', annotations: { 'model-name': 'by-hand' } });
  await until('it is told', () => told('waits', /^NameConflict: /));
  stage.litellm.remove('mine');
  stage.litellm.reload();
  await until('it has the name', () => ids('by-hand').length === 1);
});
