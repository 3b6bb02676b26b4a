import { afterEach, beforeEach, expect, test } from 'vitest';
import { endpointSlice, service } from '../support/services.ts';
import { until } from '../support/wait.ts';
import { chatMeanwhile } from './meanwhile.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

const FIELD_MANAGER = 'fieldManager=user&force=true';
const APPLY = { contentType: 'application/apply-patch+yaml' };

async function put(wish: Parameters<typeof service>[0]): Promise<void> {
  const made = service({ namespace: scene.namespace, ...wish });
  const path = `/api/v1/namespaces/${scene.namespace}/services/${made.metadata.name}?${FIELD_MANAGER}`;
  await scene.cluster.call('PATCH', path, made, APPLY);
}

/** As the controller of EndpointSlices does, which this level of the bed has not. */
async function endpoints(wish: Parameters<typeof endpointSlice>[0]): Promise<void> {
  const made = endpointSlice({ namespace: scene.namespace, ...wish });
  const path = `/apis/discovery.k8s.io/v1/namespaces/${scene.namespace}/endpointslices/${made.metadata.name}?${FIELD_MANAGER}`;
  await scene.cluster.call('PATCH', path, made, APPLY);
}

const remove = (name: string) => scene.cluster.call('DELETE', `/api/v1/namespaces/${scene.namespace}/services/${name}`);

const start = () =>
  scene.controller({ settings: { source: ['service', 'inference-service'], namespace: scene.namespace } });

const listed = (name: string) => until(`${name} is listed`, async () => (await scene.gateway.names()).includes(name));

test('29: a Service with our annotation is called through LiteLLM, rides out a restart of its pods, and goes', async () => {
  const server = await scene.bed.serve(`vllm.${scene.namespace}`, { served: ['Qwen/Qwen3-8B'], basePath: '/v1' });
  await start();
  const annotations = { 'model-name': 'qwen', 'served-name': 'Qwen/Qwen3-8B', 'max-model-len': '32K' };
  await put({ annotations });
  await endpoints({ ready: [false] });
  expect(await scene.gateway.models()).toEqual([]);
  await endpoints({ ready: [true] });
  await listed('qwen');
  expect(await scene.gateway.chat('qwen')).toMatchObject({ status: 200 });
  expect(server.calls.at(-1)).toMatchObject({ path: '/v1/chat/completions' });
  expect(await scene.gateway.model('qwen')).toMatchObject({
    litellm_params: { model: 'hosted_vllm/Qwen/Qwen3-8B', api_base: `http://vllm.${scene.namespace}.svc:8000/v1` },
    model_info: { max_tokens: 32_768 },
  });
  const { id } = (await scene.gateway.model('qwen')).model_info;
  await until('the Service is told', async () =>
    (await scene.events('vllm')).some((event) => event.startsWith('Registered: ')),
  );

  const calls = chatMeanwhile(scene.gateway, 'qwen');
  await endpoints({ ready: [false] });
  await endpoints({ ready: [true] });
  await put({ annotations: { ...annotations, 'max-model-len': '16K' } });
  await until('the edit has arrived', async () => (await scene.gateway.model('qwen')).model_info.max_tokens === 16_384);
  expect(Object.keys(await calls.stop())).toEqual(['200']);
  expect((await scene.gateway.model('qwen')).model_info.id).toBe(id);

  await remove('vllm');
  await until('it is gone', async () => !(await scene.gateway.names()).includes('qwen'), 2_000);
});

test('29: what would let a tenant choose the host is refused with an Event, and nothing of it reaches LiteLLM', async () => {
  await start();
  await put({ name: 'far', spec: { type: 'ExternalName', externalName: 'evil.example.com', selector: null } });
  await put({ name: 'unselected', spec: { selector: null } });
  for (const name of ['far', 'unselected']) {
    await endpoints({ service: name });
    await until(`${name} is refused`, async () =>
      (await scene.events(name)).some((event) => event.startsWith('NotRoutable: ')),
    );
  }
  expect(await scene.gateway.models()).toEqual([]);
});

test('29: a Service that is edited into one that leads elsewhere is taken out at once, and told', async () => {
  await start();
  await put({});
  await endpoints({ ready: [true] });
  await listed('vllm');
  await put({ spec: { type: 'ExternalName', externalName: 'evil.example.com', selector: null } });
  await until('it is gone', async () => (await scene.gateway.models()).length === 0, 5_000);
  await until('it is told', async () =>
    (await scene.events('vllm')).some((event) => event.startsWith('NotRoutable: ')),
  );
});

test('29: KServe’s copies of annotations on its own Services make no second model', async () => {
  await scene.serve({ name: 'qwen', annotations: { enabled: 'true' } });
  const uid = await scene.apply({ name: 'qwen', annotations: { enabled: 'true' } });
  const ownerReferences = [{ apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', name: 'qwen', uid }];
  await put({ name: 'qwen-predictor', metadata: { ownerReferences } });
  await endpoints({ service: 'qwen-predictor' });
  const controller = await start();
  await listed('qwen');
  await until('all is in step', async () =>
    (await controller.metrics()).includes('model_registrar_registrations{source="inference-service",state="live"} 1'),
  );
  expect((await scene.gateway.models()).map((row) => row.model_name)).toEqual(['qwen']);
});
