import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { type Rendered, render } from './manifests/render.ts';
import { openScene, type Scene } from './scene.ts';

/** What an administrator applies, but for the pod: the program runs as a process here, with the pod's rights. */
const NOT_HERE = new Set(['Deployment', 'Service', 'ConfigMap']);
const ACCOUNT = { namespace: 'model-registrar', name: 'model-registrar' };

let scene: Scene;
let kubeconfig: string;

beforeEach(async () => {
  scene = await openScene();
  const { kubernetes } = scene.bed;
  const objects: Rendered[] = render('default').filter(({ kind }) => !NOT_HERE.has(kind));
  await kubernetes.apply(...objects);
  kubeconfig = await kubernetes.kubeconfigFor(await kubernetes.serviceAccountToken(ACCOUNT.namespace, ACCOUNT.name));
});

afterEach(() => scene.close());

/** What kubectl answers to a question about rights: `yes` or `no`. */
async function can(...question: string[]): Promise<string> {
  const { namespace, name } = ACCOUNT;
  const as = ['--as', `system:serviceaccount:${namespace}:${name}`, '--as-group', 'system:serviceaccounts'];
  // "no" is an exit code of 1.
  return scene.bed.kubernetes.kubectl(['auth', 'can-i', ...question, ...as]).then(
    (text) => text.trim(),
    () => 'no',
  );
}

test('10: under the rights of the manifests alone the controller does its work, with the owner id it finds by itself', async () => {
  // Without an owner id the uid of kube-system has to be read.
  await scene.controller({ kubeconfig, ownerId: '' });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'chat' } });
  await until('a chat call is answered', async () => (await scene.gateway.chat('chat')).status === 200);
  const { uid } = ((await scene.cluster.call('GET', '/api/v1/namespaces/kube-system')) as { metadata: { uid: string } })
    .metadata;
  expect((await scene.gateway.model('chat')).model_info.model_registrar).toMatchObject({ owner: uid });
  await until('the Event is there', async () =>
    (await scene.events('qwen')).some((event) => event.startsWith('Registered: ')),
  );
  await scene.remove('qwen');
  await until('the model is gone', async () => !(await scene.gateway.names()).includes('chat'));
});

test.each([
  ['get', 'secrets', 'no'],
  ['list', 'secrets', 'no'],
  ['get', 'pods', 'no'],
  ['list', 'pods', 'no'],
  ['update', 'inferenceservices.serving.kserve.io', 'no'],
  ['patch', 'inferenceservices.serving.kserve.io', 'no'],
  ['delete', 'inferenceservices.serving.kserve.io', 'no'],
  ['list', 'namespaces', 'no'],
  ['list', 'inferenceservices.serving.kserve.io', 'yes'],
  ['watch', 'inferenceservices.serving.kserve.io', 'yes'],
  ['create', 'events', 'yes'],
  ['get', 'namespaces/kube-system', 'yes'],
])('10: may the controller %s %s? %s', async (verb, what, answer) => {
  expect(await can(verb, what, '--all-namespaces')).toBe(answer);
});

test('10: a Secret and a Pod are really refused to it', async () => {
  const { kubectl } = scene.bed.kubernetes;
  await kubectl(['create', 'secret', 'generic', 'canary', '--namespace', scene.namespace, '--from-literal=key=x']);
  for (const kind of ['secrets', 'pods']) {
    const asked = kubectl(['--kubeconfig', kubeconfig, 'get', kind, '--namespace', scene.namespace]);
    await expect(asked).rejects.toThrow(/forbidden/i);
  }
});

test('10: the samples are taken by the real API server', async () => {
  const objects = render('samples');
  await scene.bed.kubernetes.apply(...objects);
  const { items } = (await scene.cluster.call(
    'GET',
    '/apis/serving.kserve.io/v1beta1/namespaces/models/inferenceservices',
  )) as { items: unknown[] };
  expect(items).toHaveLength(objects.filter(({ kind }) => kind === 'InferenceService').length);
});
