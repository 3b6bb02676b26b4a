import { afterEach, beforeEach, expect, test } from 'vitest';
import { TABLE } from '../support/inference-service-table.ts';
import type { Manifest } from '../support/kserve-objects.ts';
import { until } from '../support/wait.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(async () => {
  await scene.bed.kubernetes.kubectl(['delete', 'clusterservingruntimes', '--all']);
  await scene.bed.kubernetes.kubectl(['delete', 'servingruntimes', '--all', '--namespace', 'llm']);
  await scene.close();
});

/** Applies an object, then the status that KServe would write. */
async function put({ status, ...object }: Manifest): Promise<void> {
  await scene.bed.kubernetes.apply(object);
  const path = `/apis/serving.kserve.io/v1beta1/namespaces/llm/inferenceservices/${object.metadata.name}/status`;
  await scene.cluster.call('PATCH', path, { status }, { contentType: 'application/merge-patch+json' });
}

test('13: every shape of an InferenceService gives the right address, model, mode and length in LiteLLM', async () => {
  await scene.cluster.createNamespace('llm');
  await scene.bed.kubernetes.apply(...TABLE.flatMap(({ runtimes = [] }) => runtimes));
  await scene.controller();
  for (const { object } of TABLE) await put(object);
  const wanted = TABLE.flatMap(({ object, wanted: one }) => (one ? [{ name: object.metadata.name, ...one }] : []));
  const rows = await until(
    'all are registered',
    async () => {
      const models = await scene.gateway.models();
      return models.length === wanted.length && models;
    },
    60_000,
  );

  const shown = wanted.map(({ model }) => {
    const row = rows.find(({ litellm_params }) => litellm_params.model === `hosted_vllm/${model}`);
    return { model, apiBase: row?.litellm_params.api_base };
  });
  expect(shown).toEqual(wanted.map(({ model, apiBase }) => ({ model, apiBase })));
  // LiteLLM shows mode and length of one row on others that are served under the same name: the database alone says what was written.
  const stored = new Map((await readStored(scene.bed)).map((row) => [row.model_name, row.model_info]));
  for (const { model, mode, maxTokens } of wanted) {
    const info = stored.get(model);
    expect({ model, mode: info?.mode, max: info?.max_tokens, input: info?.max_input_tokens }).toEqual({
      model,
      mode,
      max: maxTokens,
      input: maxTokens,
    });
  }
});
