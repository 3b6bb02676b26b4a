import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { PASS_THROUGH_INFO, PASS_THROUGH_PARAMS, type PassThrough } from '../../src/registration/index.ts';
import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

let scene: Scene;
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  proxy = await scene.bed.startProxy();
});

afterEach(() => scene.close());

/** Some value of each key that may pass, by what its schema takes. */
function filled(table: readonly PassThrough[]): Record<string, unknown> {
  const values = [true, 7, 0.000_002, 'a line: with "quotes" and 7', ['user', 'logprobs']];
  return Object.fromEntries(
    table.map(({ key, schema }) => [key, values.find((value) => schema.safeParse(value).success)]),
  );
}

test('14: every setting that may pass arrives, is in step at once, and leaves when it is taken out', async () => {
  const params = filled(PASS_THROUGH_PARAMS);
  const info = filled(PASS_THROUGH_INFO);
  expect(Object.values({ ...params, ...info })).not.toContain(undefined);
  await scene.controller({ litellmUrl: proxy.url });
  const plain = { 'model-name': 'qwen' };
  await scene.serve({
    name: 'qwen',
    annotations: { ...plain, tags: 'gpu, eu-west', 'litellm-params': stringify(params), 'model-info': stringify(info) },
  });
  const shown = await until('it is registered', () => scene.gateway.model('qwen'), 30_000);
  expect(shown.litellm_params).toMatchObject({ ...params, tags: ['gpu', 'eu-west'] });
  expect(shown.model_info).toMatchObject(info);
  await resyncs(proxy, 3);
  expect(writesAt(proxy)).toEqual(['POST /model/new']);
  // `weight` alone among several entries would be a share of the calls; here there is one.
  expect(await scene.gateway.chat('qwen')).toMatchObject({ status: 200, id: shown.model_info.id });

  proxy.forget();
  const fractions = { timeout: 12.5, weight: 0.25, input_cost_per_token: 0.000_000_15, input_cost_per_second: 1e-9 };
  const changed = { ...params, ...fractions };
  await scene.apply({
    name: 'qwen',
    annotations: { ...plain, tags: 'gpu', 'litellm-params': stringify(changed), 'model-info': stringify(info) },
  });
  await until('the change arrived', async () => (await scene.gateway.model('qwen')).litellm_params.timeout === 12.5);
  expect((await scene.gateway.model('qwen')).litellm_params).toMatchObject({ ...changed, tags: ['gpu'] });
  await resyncs(proxy, 2);
  expect(writesAt(proxy)).toEqual(['PATCH /model/{id}/update']);

  await scene.apply({ name: 'qwen', annotations: plain });
  await until(
    'the settings are gone from the one row that is left',
    async () => {
      const [row, ...more] = await readStored(scene.bed);
      // LiteLLM itself writes some switches into every row, as false.
      const left = Object.entries({ ...row?.litellm_params, ...row?.model_info }).filter(
        ([, value]) => value !== false,
      );
      const unwanted = left.flatMap(([key]) => (key in params || key in info ? [key] : []));
      if (!row || more.length > 0 || unwanted.length > 0)
        throw new Error(`${more.length} more rows; left: ${unwanted.join()}`);
      return true;
    },
    60_000,
  );
});
