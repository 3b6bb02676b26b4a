import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { chatMeanwhile } from './meanwhile.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
  await scene.controller({ settings: { settle: '4s' } });
});

afterEach(() => scene.close());

const LONG = { 'model-name': 'chat', 'max-model-len': '4096' };

async function untilServed(): Promise<string> {
  const { id } = await until('it is served', async () => {
    const answer = await scene.gateway.chat('chat');
    return answer.status === 200 && answer;
  });
  return id ?? '';
}

test('2: what an administrator set on a model stays over a change, and is on the row that replaces it', async () => {
  await scene.serve({ name: 'qwen', annotations: LONG });
  const id = await untilServed();
  // As LiteLLM's own form does it: all that is shown is sent back, what LiteLLM filled in as well.
  const shown = await scene.gateway.model('chat');
  await scene.gateway.edit(id, {
    litellm_params: { ...shown.litellm_params, rpm: 7_000, 'x-odd': 'kept' },
    model_info: { ...shown.model_info, supports_vision: true, cost_centre: { team: 'blue' } },
  });

  await scene.apply({ name: 'qwen', annotations: { ...LONG, 'max-model-len': '8192' } });
  await until('the change has arrived', async () => (await onlyRow()).model_info.max_tokens === 8192);
  expect((await scene.gateway.model('chat')).litellm_params).toMatchObject({ rpm: 7_000, 'x-odd': 'kept' });

  await scene.apply({ name: 'qwen', annotations: { 'model-name': 'chat' } });
  await until('the row has been replaced', async () => (await onlyRow()).model_id === `${id}.2`, 30_000);
  const { litellm_params, model_info } = await scene.gateway.model('chat');
  expect(litellm_params).toMatchObject({ rpm: 7_000, 'x-odd': 'kept', model: 'hosted_vllm/qwen' });
  expect(model_info).toMatchObject({ supports_vision: true, cost_centre: { team: 'blue' } });
  expect((await onlyRow()).model_info).not.toHaveProperty('max_tokens');
  expect(await untilServed()).toBe(`${id}.2`);
});

test('2: a model with a hidden value of an administrator is not replaced, says so, and goes on with that value', async () => {
  const server = await scene.serve({ name: 'qwen', annotations: LONG });
  const id = await untilServed();
  await scene.gateway.edit(id, { litellm_params: { extra_headers: { 'x-api-key': 'a-value-that-lists-hide' } } });
  const calls = chatMeanwhile(scene.gateway, 'chat');

  await scene.apply({ name: 'qwen', annotations: { 'model-name': 'chat', notes: 'arrives all the same' } });
  await until('the Event tells', async () =>
    (await scene.events('qwen')).some((event) => /^RegistrationFailed: LiteLLM hides .*extra_headers/.test(event)),
  );
  const row = await onlyRow();
  expect(row.model_id).toBe(id);
  expect(row.model_info).toMatchObject({ max_tokens: 4096, notes: 'arrives all the same' });
  expect((await scene.events('qwen')).join()).not.toContain('a-value-that-lists-hide');
  server.forget();
  await untilServed();
  expect(server.calls.map(({ headers }) => headers['x-api-key'])).toContain('a-value-that-lists-hide');

  // As the Warning says: the model is deleted there, and comes back as it shall be.
  await calls.stop().then((seen) => expect(Object.keys(seen)).toEqual(['200']));
  await scene.gateway.deleteRow(id);
  await until('it is back without what is no longer wanted', async () => {
    const { model_info } = await onlyRow();
    return model_info.notes === 'arrives all the same' && model_info.max_tokens === undefined;
  });
  await untilServed();
});

/** The one row of the table; throws where there are several. */
async function onlyRow() {
  const [row, ...others] = await readStored(scene.bed);
  if (!row || others.length > 0) throw new Error(`there are ${others.length + 1} rows`);
  return row;
}
