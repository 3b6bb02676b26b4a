import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { type Stage, startStage } from './harness.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage({
    litellm: { configModels: [{ id: 'config-1', name: 'from-config', params: { model: 'openai/x' } }] },
  });
});

afterEach(() => stage.close());

const owners = (name: string): string[] =>
  stage.litellm.rows().flatMap((row) => (row.model_name === name ? [row.model_id] : []));
const warned = (name: string, reason: string, namespace?: string): boolean =>
  stage.events(name, namespace).some((event) => event.startsWith(`${reason}: `));
async function resyncs(count: number): Promise<void> {
  const before = stage.litellm.calls.count('list');
  await until(`${count} resyncs went by`, () => stage.litellm.calls.count('list') >= before + count);
}

test('of two namespaces that want one name, that of the older object has it', async () => {
  stage.serve({ namespace: 'a', name: 'first', annotations: { 'model-name': 'chat' } });
  const second = Math.floor(Date.now() / 1000);
  // Kubernetes knows an object's age in whole seconds.
  await until('the next second has begun', () => Date.now() / 1000 >= second + 1);
  stage.serve({ namespace: 'b', name: 'second', annotations: { 'model-name': 'chat' } });
  await stage.start();
  await until('the other is told', () => warned('second', 'NameConflict', 'b'));
  await until('the name is taken', () => owners('chat').length > 0);
  expect(owners('chat')).toEqual([expect.stringMatching(/^a\.first\./)]);
});

test('objects of one namespace share a name', async () => {
  await stage.start();
  stage.serve({ name: 'one', annotations: { 'model-name': 'chat' } });
  stage.serve({ name: 'two', annotations: { 'model-name': 'chat' } });
  await until('both have a row', () => owners('chat').length === 2);
});

test('a name is kept for its last holder for a while, and then is free', async () => {
  await stage.start();
  stage.serve({ namespace: 'a', name: 'first', annotations: { 'model-name': 'chat' } });
  await until('the holder has it', () => owners('chat').length === 1);
  stage.serve({ namespace: 'b', name: 'second', annotations: { 'model-name': 'chat' } });
  await until('the rival is told', () => warned('second', 'NameConflict', 'b'));
  stage.remove('first', 'a');
  await until('the rival is told that it is kept', () =>
    stage.events('second', 'b').some((event) => /^NameConflict: .*kept for it/.test(event)),
  );
  await until('the rival has it', () => owners('chat').some((id) => id.startsWith('b.second.')));
});

test('hand-made models and those of the config file hold their names and are never touched', async () => {
  stage.litellm.insert({ id: 'mine', name: 'by-hand', params: { model: 'openai/x', api_base: 'http://x/v1' } });
  stage.litellm.insert({ id: 'bedrock', name: 'cloud', params: { model: 'bedrock/x' } });
  stage.litellm.reload();
  const before = JSON.stringify(stage.litellm.rows());
  await stage.start();
  stage.serve({ name: 'one', annotations: { 'model-name': 'by-hand' } });
  stage.serve({ name: 'two', annotations: { 'model-name': 'from-config' } });
  stage.serve({ name: 'three', annotations: { 'model-name': 'bedrock' } });
  await until('the first is told', () => warned('one', 'NameConflict'));
  await until('the second is told', () => warned('two', 'NameConflict'));
  await until('the third is told that a name may not be an id', () => warned('three', 'InvalidAnnotation'));
  await resyncs(2);
  expect(JSON.stringify(stage.litellm.rows())).toBe(before);
});

test('a hand-made row that appears later under our name does not evict ours, and is told', async () => {
  await stage.start();
  stage.serve({ name: 'one', annotations: { 'model-name': 'chat' } });
  await until('it has its row', () => owners('chat').length === 1);
  stage.litellm.insert({ id: 'later', name: 'chat', params: { model: 'openai/x' } });
  await until('it is told', () => warned('one', 'NameConflict'));
  expect(owners('chat')).toHaveLength(2);
});

test('a rename into a taken name keeps the old row', async () => {
  stage.litellm.insert({ id: 'mine', name: 'taken', params: { model: 'openai/x' } });
  await stage.start();
  stage.serve({ name: 'one', annotations: { 'model-name': 'chat' } });
  await until('it has its row', () => owners('chat').length === 1);
  stage.serve({ name: 'one', annotations: { 'model-name': 'taken' } });
  await until('it is told', () => warned('one', 'NameConflict'));
  await resyncs(2);
  expect(owners('chat')).toHaveLength(1);
  stage.serve({ name: 'one', annotations: { 'model-name': 'taken,free' } });
  await until(
    'the free name is taken and the old one goes',
    () => owners('free').length === 1 && owners('chat').length === 0,
  );
});

test.each(['*', 'gpt-*', 'all-proxy-models'])('the name %s is refused', async (name) => {
  await stage.start();
  stage.serve({ name: 'one', annotations: { 'model-name': name } });
  await until('it is told', () => warned('one', 'InvalidAnnotation'));
  expect(stage.litellm.rows()).toEqual([]);
});

test('rows of another owner id are never touched', async () => {
  const one = await stage.start({ 'owner-id': 'one' });
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('it has its row', () => owners('qwen').length === 1);
  const before = JSON.stringify(stage.litellm.rows());
  await one.stop();
  await stage.start({ 'owner-id': 'two' });
  await until('the second owner is refused', () => warned('qwen', 'NameConflict'));
  await resyncs(2);
  expect(JSON.stringify(stage.litellm.rows())).toBe(before);
});

test('a name that an administrator’s pattern takes is refused: calls meant for the pattern would come to the tenant', async () => {
  stage.litellm.insert({ id: 'all-of-openai', name: 'openai/*', params: { model: 'openai/*' } });
  stage.litellm.insert({ id: 'catch-all', name: '*', params: { model: 'openai/x' } });
  stage.litellm.reload();
  await stage.start();
  stage.serve({ name: 'thief', annotations: { 'model-name': 'openai/gpt-4o' } });
  stage.serve({ name: 'newer', annotations: { 'model-name': 'openai/not-known-yet' } });
  stage.serve({ name: 'honest', annotations: { 'model-name': 'qwen' } });
  await until('the first is told', () =>
    stage.events('thief').some((event) => /^NameConflict: .*matches "openai\/\*"/.test(event)),
  );
  // LiteLLM lists the pattern by the models that it knows of; it takes the calls for all others too.
  await until('the second is told', () =>
    stage.events('newer').some((event) => /^NameConflict: .*matches "openai\/\*"/.test(event)),
  );
  await until('the third is registered', () => owners('qwen').length === 1);
  expect(stage.litellm.rows()).toHaveLength(3);
});

test('two selectors on one owner id withdraw nothing of one another', async () => {
  stage.serve({ name: 'one', annotations: { enabled: 'true' }, labels: { team: 'a' } });
  stage.serve({ name: 'two', annotations: { enabled: 'true' }, labels: { team: 'b' } });
  await stage.start({ 'owner-id': 'same', selector: 'team=a' });
  await stage.start({ 'owner-id': 'same', selector: 'team=b' });
  await until('both are registered', () => owners('one').length === 1 && owners('two').length === 1);
  const writes = (): number => stage.litellm.calls.list().filter((call) => call.method !== 'GET').length;
  const before = writes();
  await resyncs(10);
  expect(writes()).toBe(before);
  stage.remove('two');
  await until('what is really gone is withdrawn', () => owners('two').length === 0);
  expect(owners('one')).toHaveLength(1);
});

test('a row whose mark an administrator took off is theirs: it is told, and never written again', async () => {
  await stage.start();
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('it is registered', () => owners('qwen').length === 1);
  const [id = ''] = owners('qwen');
  stage.litellm.edit(id, { name: 'theirs', params: { api_base: 'http://mine/v1' }, info: { model_registrar: 'off' } });
  await until('it is told', () =>
    stage.events('qwen').some((event) => /^RegistrationFailed: .*left alone/.test(event)),
  );
  await resyncs(3);
  expect(stage.litellm.row(id)).toMatchObject({ model_name: 'theirs', litellm_params: { api_base: 'http://mine/v1' } });
});

test('after a change of the owner id an object is told of its own row, and what to do', async () => {
  const first = await stage.start({ 'owner-id': 'one' });
  stage.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  await until('it is registered', () => owners('qwen').length === 1);
  await first.stop();
  await stage.start({ 'owner-id': 'two' });
  await until('it is told', () =>
    stage.events('qwen').some((event) => /^NameConflict: .*this very object.*--owner-id one/.test(event)),
  );
});
