import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { callSteadily, failures } from '../steady-calls.ts';
import { type ActingGateway, openGateway } from './acting-gateway.ts';
import { type Llms, openLlms } from './llm.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let llms: Llms;
let way: ActingGateway;

beforeAll(async () => {
  stage = await openStage({ sources: ['llm-inference-service'] });
  llms = openLlms(stage);
  way = await openGateway(stage);
});

afterAll(async () => {
  await way?.close();
  await stage.close();
});

async function conditionIs(namespace: string, name: string, type: string, wanted: string): Promise<void> {
  await until(
    `${type} is ${wanted}`,
    async () => {
      const { conditions = [] } = await llms.status(namespace, name);
      return conditions.find((one) => one.type === type)?.status === wanted;
    },
    60_000,
  );
}

test('behind a gateway: registered by the gateway’s address inside the cluster once its route is accepted, and kept while the route is not', async () => {
  const namespace = await stage.namespace();
  const name = `llama-${randomBytes(3).toString('hex')}`;
  const [model, adapter] = [`${name}-chat`, `${name}-sql`];
  const base = `/${namespace}/${name}/v1`;
  const behind = await stage.bed.serve(way.host, { served: [model, adapter], basePath: base });
  await llms.apply(namespace, name, {
    model: { name: model, lora: { adapters: [{ name: adapter, uri: 'hf://org/sql-lora' }] } },
    router: { route: {}, gateway: {} },
  });
  await conditionIs(namespace, name, 'WorkloadsReady', 'True');
  await way.accept(namespace, name, 'False');
  await conditionIs(namespace, name, 'RouterReady', 'False');
  expect(await llms.names()).toBe('');

  await way.accept(namespace, name, 'True');
  await llms.registered(model, adapter);
  for (const one of [model, adapter]) {
    expect((await stage.gateway.model(one)).litellm_params).toMatchObject({
      model: `hosted_vllm/${one}`,
      api_base: `http://${way.host}.svc.cluster.local${base}`,
    });
    await llms.answered(one);
  }
  expect(behind.calls.at(-1)).toMatchObject({ path: `${base}/chat/completions`, model: adapter });

  const { id } = (await stage.gateway.model(model)).model_info;
  const caller = callSteadily(stage.gateway, model);
  await way.accept(namespace, name, 'False');
  await conditionIs(namespace, name, 'Ready', 'False');
  await way.accept(namespace, name, 'True');
  await conditionIs(namespace, name, 'Ready', 'True');
  expect(failures(await caller.stop())).toEqual([]);
  await llms.registered(model, adapter);
  expect((await stage.gateway.model(model)).model_info.id).toBe(id);

  await llms.remove(namespace, name);
  await llms.registered();
});
