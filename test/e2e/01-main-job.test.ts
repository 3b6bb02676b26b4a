import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

test('1: a Ready InferenceService is called through LiteLLM by its public name, and is gone within 2 s of its deletion', async () => {
  await scene.controller();
  const server = await scene.serve({
    name: 'qwen',
    annotations: { 'model-name': 'chat-large' },
    ready: 'Unknown',
    copies: 0,
  });
  expect(await scene.gateway.models()).toHaveLength(0);
  await scene.setStatus({ name: 'qwen' });
  const answer = await until('the chat call is answered', async () => {
    const result = await scene.gateway.chat('chat-large');
    return result.status === 200 && result;
  });
  expect(answer.id).toMatch(new RegExp(`^${scene.namespace}\\.qwen\\.[0-9a-f]{8}$`));
  expect(server.calls.some((call) => call.path === '/openai/v1/chat/completions' && call.model === 'qwen')).toBe(true);
  await until('the Event tells', async () =>
    (await scene.events('qwen')).some((event) => /^Registered: .*"chat-large"/.test(event)),
  );

  await scene.remove('qwen');
  await until('the name is gone', async () => !(await scene.gateway.names()).includes('chat-large'), 2_000);
  expect(await scene.gateway.models()).toHaveLength(0);
  expect((await scene.gateway.chat('chat-large')).status).toBe(400);
  await until('the Event tells', async () =>
    (await scene.events('qwen')).some((event) => event.startsWith('Withdrawn: "chat-large"')),
  );
});

test('1: with embedding: "true" an embeddings call reaches the backend', async () => {
  await scene.controller();
  const server = await scene.serve({ name: 'bge', annotations: { embedding: 'true' } });
  const answer = await until('the embeddings call is answered', async () => {
    const result = await scene.gateway.embed('bge');
    return result.status === 200 && result;
  });
  expect(answer.id).toMatch(new RegExp(`^${scene.namespace}\\.bge\\.`));
  expect(server.calls.some((call) => call.path === '/openai/v1/embeddings' && call.model === 'bge')).toBe(true);
  expect((await scene.gateway.model('bge')).model_info.mode).toBe('embedding');
});
