import { afterAll, beforeAll, expect, test } from 'vitest';
import { freeze } from '../freeze.ts';
import { failures, type MadeCall } from '../steady-calls.ts';
import { metAnotherName } from './calls.ts';
import { vllm } from './models.ts';
import { openPlay, type Play } from './play.ts';
import { chapters } from './record.ts';
import { openStage, type Stage } from './stage.ts';
import { expectOneWindow, lastBefore, lengthOf } from './window.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

/** A runtime of the namespace whose server is told this name. */
function runtime(namespace: string, ...names: string[]): object {
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ServingRuntime',
    metadata: { name: 'house-vllm', namespace },
    spec: {
      supportedModelFormats: [{ name: 'vLLM', version: '1' }],
      containers: [
        {
          name: 'kserve-container',
          image: 'vllm/vllm-openai:latest',
          command: ['python', '-m', 'vllm.entrypoints.openai.api_server'],
          args: ['--port=8080', '--served-model-name', ...names, '--model=/mnt/models'],
        },
      ],
    },
  };
}

/** The last time at which no pod was ready that has this word in its command line. */
function lastWithout(play: Play, word: string): Promise<number> {
  return lastBefore(`a pod with ${word} is ready`, async () =>
    (await play.pods()).some(({ ready, words }) => ready && words.includes(word)),
  );
}

/**
 * While pods of an old and of a new name stand behind one Service, each call meets one or the other: no name is right for all. Those that fail must fail
 * for that alone, from when a new pod was ready to when the row moved. How many there were is printed.
 */
function expectOneMix(play: Play, made: readonly MadeCall[], time: { from: number; movedAt: number }): void {
  const failed = expectOneWindow(made, { because: metAnotherName, ...time });
  const within = failed.length > 0 ? `, all within ${lengthOf(failed)} ms` : '';
  console.info(`${play.name}: ${failed.length} of ${made.length} calls met a pod of another served name${within}`);
}

test('another served name in the arguments: the row follows when the rollout is through', async () => {
  const play = await openPlay(stage, 'renamed');
  await play.apply({ spec: vllm({ args: ['--served-model-name=old'] }) });
  await play.answered();
  await play.rolledOut(1);
  const caller = play.chat();
  const from = lastWithout(play, '--served-model-name=new');
  await play.apply({ spec: vllm({ args: ['--served-model-name=new'] }) });
  await play.rolledOut(1, '--served-model-name=new');
  await play.calls('new');
  await play.answered();
  await play.tells(/^Normal Registered .*hosted_vllm\/old/, /^Normal Updated .*hosted_vllm\/old → hosted_vllm\/new/);
  const url = `http://renamed-predictor.${play.namespace}.svc.cluster.local/v1`;
  const movedAt = await play.recorded(`hosted_vllm/new at ${url}`);
  expectOneMix(play, await caller.stop(), { from: await from, movedAt });
  expect(chapters(await play.record.stop())).toEqual([
    'none',
    `hosted_vllm/old at ${url}`,
    `hosted_vllm/new at ${url}`,
  ]);
});

test('another served name while nobody rolls it out: the row stays, and no call fails, however calm the status looks', async () => {
  const play = await openPlay(stage, 'awaited');
  const other = await openPlay(stage, 'said');
  await play.apply({ spec: vllm({ args: ['--served-model-name=old'] }) });
  const both = vllm({ args: ['--served-model-name', 'old', 'new'] });
  await other.apply({ spec: both });
  for (const each of [play, other]) {
    await each.answered();
    await each.rolledOut(1);
  }
  const caller = play.chat();
  const thaw = await freeze(stage.kserve.controllerManager);
  await play.apply({ spec: vllm({ args: ['--served-model-name=new'] }) });
  // Its owner's own word needs no rollout: when it is taken over, the time has passed after which a calm status is believed.
  await other.apply({ spec: both, annotations: { 'model-registrar.io/served-name': 'new' } });
  await other.calls('new');
  await play.calls('old');
  expect(failures(caller.made)).toEqual([]);

  const from = lastWithout(play, '--served-model-name=new');
  await thaw();
  await play.rolledOut(1, '--served-model-name=new');
  await play.calls('new');
  const url = `http://awaited-predictor.${play.namespace}.svc.cluster.local/v1`;
  const movedAt = await play.recorded(`hosted_vllm/new at ${url}`);
  expectOneMix(play, await caller.stop(), { from: await from, movedAt });
});

test('both names for one rollout, then the new one alone: no call fails', async () => {
  const play = await openPlay(stage, 'eased');
  await play.apply({ spec: vllm({ args: ['--served-model-name', 'old'] }) });
  await play.answered();
  await play.rolledOut(1);
  const caller = play.chat();
  await play.apply({ spec: vllm({ args: ['--served-model-name', 'old', 'new'] }) });
  await play.rolledOut(1, 'new');
  await play.apply({ spec: vllm({ args: ['--served-model-name', 'new', 'old'] }) });
  await play.calls('new');
  await play.apply({ spec: vllm({ args: ['--served-model-name', 'new', '--max-model-len=4096'] }) });
  await play.rolledOut(1, '--max-model-len=4096');
  await play.tells(
    /^Normal Registered /,
    /^Normal Updated .*hosted_vllm\/old → hosted_vllm\/new/,
    /^Normal Updated .*max_tokens/,
  );
  expect(failures(await caller.stop())).toEqual([]);
});

test('a runtime edited to another served name: the row follows, though the InferenceService was not touched', async () => {
  const play = await openPlay(stage, 'borrowed');
  await stage.bed.kubernetes.apply(runtime(play.namespace, '{{.Name}}'));
  await play.apply({ spec: vllm({ runtime: 'house-vllm' }) });
  await play.answered();
  await play.rolledOut(1);
  const caller = play.chat();
  const from = lastWithout(play, 'house-name');
  await stage.bed.kubernetes.apply(runtime(play.namespace, 'house-name'));
  await play.rolledOut(1, 'house-name');
  await play.calls('house-name');
  await play.answered();
  await play.tells(/^Normal Registered .*hosted_vllm\/borrowed/, /^Normal Updated .*hosted_vllm\/house-name/);
  const url = `http://borrowed-predictor.${play.namespace}.svc.cluster.local/v1`;
  const movedAt = await play.recorded(`hosted_vllm/house-name at ${url}`);
  expectOneMix(play, await caller.stop(), { from: await from, movedAt });
});
