import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { type Ended, runProgram, startProgram } from './program.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

/** As a Job's container would be started, with the administrator's rights. */
function args(...more: string[]): string[] {
  const { kubernetes, litellm } = scene.bed;
  return [
    'register',
    `--kubeconfig=${kubernetes.kubeconfigPath}`,
    `--litellm-url=${litellm.url}`,
    `--litellm-key-file=${scene.keyFile}`,
    `--owner-id=${scene.ownerId}`,
    `--namespace=${scene.namespace}`,
    '--settle=6s',
    ...more,
  ];
}

const register = (...more: string[]): Promise<Ended> => runProgram(args(...more), { withinMs: 60_000 });

test('31: register waits until an object is Ready, then LiteLLM serves it; a second run writes nothing', async () => {
  await scene.apply({ name: 'qwen' });
  const running = startProgram(args('inferenceservice/qwen', '--model-name=qwen3', '--max-model-len=32K'), {
    withinMs: 60_000,
  });
  await scene.serve({ name: 'qwen' });
  const first = await running.ended;
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('LiteLLM serves "qwen3" for inferenceservice/qwen') });
  await until('it is listed', async () => (await scene.gateway.names()).includes('qwen3'));
  expect(await scene.gateway.chat('qwen3')).toMatchObject({ status: 200 });

  const proxy = await scene.bed.proxy(scene.bed.litellm.url);
  void proxy;
  const second = await register('inferenceservice/qwen', '--model-name=qwen3', '--max-model-len=32K');
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('already: nothing was changed'), stderr: '' });
});
