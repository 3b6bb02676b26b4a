import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runSandbox, type SandboxOptions } from '../../../src/commands/sandbox/run-sandbox.ts';
import type { Scene } from '../../../src/commands/sandbox/scene.ts';
import { scenes } from '../../../src/commands/sandbox/scenes.ts';
import { createLogger } from '../../../src/telemetry/index.ts';
import { until } from '../../support/wait.ts';
import { folderIn } from './program.ts';

/** Runs a sandbox in this process; gives its exit code and what it prints. */
function play(options: Partial<SandboxOptions>) {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const code = runSandbox({
    once: true,
    pauseMs: 0,
    program: 'model-registrar',
    ports: { kubernetes: 0, litellm: 0 },
    listen: '127.0.0.1:0',
    log: createLogger({ level: 'silent', format: 'json' }),
    output: { write, layout: () => ({ width: 80, colours: false }) },
    signal: new AbortController().signal,
    ...options,
  });
  return { code, text: () => text };
}

/** The first scene, with another expectation of its last step. */
function firstScene(expected: Partial<Scene['steps'][number]['expected']>): Scene {
  const [scene] = scenes;
  if (!scene) throw new Error('there is no scene');
  const steps = scene.steps.map((step, at) =>
    at + 1 < scene.steps.length ? step : { ...step, expected: { ...step.expected, ...expected } },
  );
  return { ...scene, steps };
}

const byHand = { 'gpt-4o-mini': { from: undefined, mode: 'chat' } };

test.each<[string, Scene, string]>([
  ['a model that is expected to be absent', firstScene({ models: byHand }), 'LiteLLM serves "qwen3-8b", which is not'],
  [
    'a model that is expected and does not come',
    firstScene({ models: { ...byHand, other: { from: 'llm/qwen' } } }),
    'LiteLLM does not serve "other".',
  ],
  ['an Event that does not come', firstScene({ events: ['Updated llm/qwen'] }), 'The Event Updated llm/qwen did not'],
  ['another count of objects', firstScene({ objects: { live: 7 } }), '1 objects are live in place of 7'],
])('%s ends the story with 1', async (_, scene, problem) => {
  const { code, text } = play({ scenes: [scene, ...scenes.slice(1)], deadlineMs: 1_500 });

  expect(await code).toBe(1);
  expect(text()).toContain('This did not come out as told:');
  expect(text()).toContain(problem);
  expect(text()).not.toContain(`2/${scenes.length}`);
  expect(existsSync(folderIn(text()) ?? '')).toBe(false);
});

test('a scene that does not come out as told is remembered after the sandbox was looked at', async () => {
  const stopping = new AbortController();
  const { code, text } = play({
    once: false,
    scenes: [firstScene({ models: byHand })],
    deadlineMs: 1_500,
    signal: stopping.signal,
  });
  await until('it stays up', () => text().includes('Look around'));
  stopping.abort();

  expect(await code).toBe(1);
});

test.each([
  { once: true, expected: 1 },
  { once: false, expected: 0 },
])('a story that is interrupted leaves nothing behind (once: $once)', async ({ once, expected }) => {
  const stopping = new AbortController();
  const { code, text } = play({ once, pauseMs: 600_000, signal: stopping.signal });
  await until('the first scene was played', () => text().includes('+ qwen3-8b'));
  stopping.abort();

  expect(await code).toBe(expected);
  expect(text()).not.toContain(`2/${scenes.length}`);
  const folder = folderIn(text()) ?? '';
  expect(folder).not.toBe('');
  expect(existsSync(folder)).toBe(false);
});

test('a port that is taken is said in a plain sentence, and what was started is stopped', async () => {
  const first = new AbortController();
  const { code, text } = play({ once: false, scenes: [], signal: first.signal });
  await until('it stays up', () => text().includes('Look around'));
  const port = Number(/LiteLLM +http:\/\/127\.0\.0\.1:(\d+)/.exec(text())?.[1]);

  const second = play({ ports: { kubernetes: 0, litellm: port } });
  await expect(second.code).rejects.toThrow(
    `127.0.0.1:${port} already: stop it, or choose another port with --port-litellm`,
  );
  first.abort();
  expect(await code).toBe(0);
});

test('an address that is none is refused in a plain sentence', async () => {
  await expect(play({ listen: 'here' }).code).rejects.toThrow('--listen must be an address');
});
