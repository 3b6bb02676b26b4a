import { afterEach, beforeEach, expect, test } from 'vitest';
import { endpointSlice, service } from '../support/services.ts';
import { until } from '../support/wait.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

const listed = (name: string, isThere = true) =>
  until(
    `${name} is ${isThere ? '' : 'not '}listed`,
    async () => (await scene.gateway.names()).includes(name) === isThere,
  );
const answered = (name: string, status: number) =>
  until(`${name} answers ${status}`, async () => (await scene.gateway.chat(name)).status === status, 30_000);

test('30: Block: an InferenceService that is down answers 403 until it serves again, under the same row', async () => {
  await scene.controller();
  await scene.serve({ name: 'qwen', annotations: { 'unready-policy': 'Block' } });
  await listed('qwen');
  await answered('qwen', 200);
  const { id } = (await scene.gateway.model('qwen')).model_info;
  await scene.setStatus({ name: 'qwen', ready: 'False', copies: 1 });
  await scene.setStatus({ name: 'qwen', ready: 'False', copies: 0 });
  await answered('qwen', 403);
  expect(await scene.gateway.names()).not.toContain('qwen');
  await until('the object is told', async () =>
    (await scene.events('qwen')).some((event) => event.startsWith('Blocked: ')),
  );
  await scene.setStatus({ name: 'qwen' });
  await answered('qwen', 200);
  expect((await scene.gateway.model('qwen')).model_info.id).toBe(id);
});

test('30: an administrator’s own block is never lifted', async () => {
  await scene.controller();
  await scene.serve({ name: 'qwen', annotations: { 'unready-policy': 'Block' } });
  await listed('qwen');
  const { id } = (await scene.gateway.model('qwen')).model_info;
  await scene.gateway.edit(id, { blocked: true });
  await answered('qwen', 403);
  await scene.setStatus({ name: 'qwen', ready: 'False', copies: 0 });
  await scene.setStatus({ name: 'qwen' });
  await scene.serve({ name: 'other', annotations: { enabled: 'true' } });
  await listed('other');
  expect((await scene.gateway.chat('qwen')).status).toBe(403);
});

test('30: Withdraw after its grace, of a Service whose pods are gone; Retain of another beside it', async () => {
  const { namespace } = scene;
  const apply = async (path: string, body: object) => {
    const options = { contentType: 'application/apply-patch+yaml' };
    await scene.cluster.call('PATCH', `${path}?fieldManager=user&force=true`, body, options);
  };
  const endpoints = (name: string, ready: boolean) => {
    const made = endpointSlice({ service: name, namespace, ready: [ready] });
    return apply(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${made.metadata.name}`, made);
  };
  const put = async (name: string, annotations: Record<string, string>) => {
    await apply(`/api/v1/namespaces/${namespace}/services/${name}`, service({ name, namespace, annotations }));
    await endpoints(name, true);
    await listed(name);
  };
  await scene.controller({ settings: { source: 'service', namespace } });
  await put('stays', { enabled: 'true' });
  await put('goes', { 'unready-policy': 'Withdraw', 'unready-grace': '3s' });
  const since = performance.now();
  for (const name of ['stays', 'goes']) await endpoints(name, false);
  await listed('goes', false);
  expect(performance.now() - since).toBeGreaterThan(2_500);
  expect(await scene.gateway.names()).toContain('stays');
  await endpoints('goes', true);
  await listed('goes');
});
