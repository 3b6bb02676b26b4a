import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/wait.ts';
import { vllm } from './models.ts';
import { openPlay } from './play.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ sources: ['inference-service', 'service'] });
});

afterAll(() => stage.close());

const PREFIX = 'model-registrar.io/';

/** A model server as people deploy it by hand: a Deployment and a Service. Kubernetes makes pods and EndpointSlices. */
async function deploy(namespace: string, name: string, annotations: Record<string, string>): Promise<void> {
  const labels = { app: name };
  const container = {
    name: 'vllm',
    image: 'vllm/vllm-openai:v0.11.0',
    command: ['vllm', 'serve', 'Qwen/Qwen3-8B'],
    args: ['--served-model-name', 'qwen3-8b', '--port=8000'],
    ports: [{ name: 'web', containerPort: 8000 }],
  };
  await stage.cluster.call('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  });
  await stage.cluster.call('POST', `/api/v1/namespaces/${namespace}/services`, {
    metadata: {
      name,
      annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [PREFIX + key, value])),
    },
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
  });
}

const scale = (namespace: string, name: string, replicas: number) =>
  stage.cluster.call(
    'PATCH',
    `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    { spec: { replicas } },
    { contentType: 'application/merge-patch+json' },
  );

const answered = (model: string) =>
  until(`${model} answers`, async () => (await stage.gateway.chat(model)).status === 200, 60_000);

test('a Deployment and a Service by hand: registered when a pod is ready, kept without pods, gone with the Service', async () => {
  const namespace = await stage.namespace();
  const model = `hand-${namespace}`;
  await deploy(namespace, 'vllm', { 'model-name': model, 'served-name': 'qwen3-8b' });
  await answered(model);
  const { id } = (await stage.gateway.model(model)).model_info;
  await scale(namespace, 'vllm', 0);
  await until('nobody answers', async () => (await stage.gateway.chat(model)).status !== 200, 30_000);
  expect((await stage.gateway.model(model)).model_info.id).toBe(id);
  await scale(namespace, 'vllm', 2);
  await answered(model);
  expect((await stage.gateway.model(model)).model_info.id).toBe(id);
  await stage.cluster.call('DELETE', `/api/v1/namespaces/${namespace}/services/vllm`);
  await until('it is gone', async () => !(await stage.gateway.names()).includes(model), 10_000);
});

test('the Services that KServe makes carry our annotations, and are no models of their own', async () => {
  const play = await openPlay(stage, 'copied');
  await play.apply({ spec: vllm() });
  await play.answered();
  const path = `/api/v1/namespaces/${play.namespace}/services`;
  const { items } = (await stage.cluster.call('GET', path)) as {
    items: { metadata: { name: string; annotations?: Record<string, string> } }[];
  };
  const copies = items.filter(({ metadata }) =>
    Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith(PREFIX)),
  );
  expect(copies.map(({ metadata }) => metadata.name)).not.toEqual([]);
  const rows = (await stage.gateway.models()).filter((row) => JSON.stringify(row.model_info).includes(play.namespace));
  expect(rows.map((row) => row.model_name)).toEqual([play.model]);
  await play.record.stop();
});
