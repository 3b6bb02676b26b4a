import { afterAll, beforeAll, expect, test } from 'vitest';
import { failures, podsOf } from './calls.ts';
import { huggingFace, vllm } from './models.ts';
import { openPlay } from './play.ts';
import { chapters } from './record.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

test('apply: KServe makes it Ready, and a chat call works', async () => {
  const play = await openPlay(stage, 'applied');
  await play.apply({ spec: huggingFace({ args: ['--model_name=qwen', '--max_model_len=4096'] }) });
  await play.answered();
  const moments = await play.record.stop();
  const registered = moments.filter(({ rows }) => rows.length > 0);
  expect(registered.map(({ object }) => object?.ready && object.copies > 0)).not.toContain(false);
  expect(await play.story()).toEqual([
    `Normal Registered LiteLLM serves "${play.model}" with hosted_vllm/qwen at http://applied-predictor.${play.namespace}.svc.cluster.local/openai/v1 (4096 tokens)`,
  ]);
});

test('a rolling update: the row stays, and every call is answered by an old pod or a new one', async () => {
  const play = await openPlay(stage, 'rolling');
  await play.apply({ spec: vllm({ args: ['--max-model-len=4096'] }) });
  await play.answered();
  await play.rolledOut(1);
  const calls = play.call();
  await play.apply({ spec: vllm({ args: ['--max-model-len=8192'] }) });
  await play.rolledOut(1, '--max-model-len=8192');
  const made = await calls.stop();
  expect(failures(made)).toEqual([]);
  expect(podsOf(made)).toHaveLength(2);
  expect(chapters(await play.record.stop())).toEqual([
    'none',
    `hosted_vllm/rolling at http://rolling-predictor.${play.namespace}.svc.cluster.local/v1`,
  ]);
  console.log(await play.story());
});
