import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { overlay, type Rendered, render } from './manifests/render.ts';
import { openScene, type Scene } from './scene.ts';

const ACCOUNT = { namespace: 'model-registrar', name: 'model-registrar' };

let scene: Scene;
/** Of the ServiceAccount of the manifests, with its rights and no others. */
let kubeconfig: string;

beforeEach(async () => {
  scene = await openScene();
  const { kubernetes } = scene.bed;
  // All of it, the Deployment too: nobody starts its pod here, so the program runs as a process, with the pod's rights.
  await kubernetes.apply(...render('default'));
  kubeconfig = await kubernetes.kubeconfigFor(await kubernetes.serviceAccountToken(ACCOUNT.namespace, ACCOUNT.name));
});

afterEach(() => scene.close());

test('10: under the rights of the manifests alone the controller does its work, with the owner id that it finds by itself', async () => {
  // As in a pod: it is elected.
  const settings = { 'leader-elect': 'true', 'lease-namespace': ACCOUNT.namespace };
  const controller = await scene.controller({ kubeconfig, ownerId: '', settings });
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'chat' } });
  await until('a chat call is answered', async () => (await scene.gateway.chat('chat')).status === 200);
  const { uid } = ((await scene.cluster.call('GET', '/api/v1/namespaces/kube-system')) as { metadata: { uid: string } })
    .metadata;
  expect((await scene.gateway.model('chat')).model_info.model_registrar).toMatchObject({ owner: uid });
  await toldOf('qwen', 'Registered');

  await scene.cluster.patch('qwen', scene.namespace, {
    metadata: { annotations: { 'model-registrar.io/max-model-len': '4096' } },
  });
  await toldOf('qwen', 'Updated');
  // Wrong, and the same Event once more after that: a repetition is a patch of its count.
  for (const mode of ['poetry', 'chat', 'poetry']) {
    await scene.cluster.patch('qwen', scene.namespace, {
      metadata: { annotations: { 'model-registrar.io/mode': mode } },
    });
    await toldOf('qwen', mode === 'chat' ? 'Updated: "chat": mode' : 'InvalidAnnotation');
  }
  await until('the Event was counted twice', async () =>
    (await scene.cluster.events('qwen', scene.namespace)).some(
      ({ reason, count }) => reason === 'InvalidAnnotation' && count >= 2,
    ),
  );

  await scene.remove('qwen');
  await until('the model is gone', async () => !(await scene.gateway.names()).includes('chat'));
  expect(await controller.stop()).toBe(0);
  expect(controller.output()).toContain('the Lease was given back');
  expect(controller.output()).not.toMatch(/forbidden/i);
});

async function toldOf(name: string, beginning: string): Promise<void> {
  await until(`an Event says ${beginning}`, async () =>
    (await scene.events(name)).some((event) => event.startsWith(beginning)),
  );
}

type Right = [verb: string, group: string, resource: string, name?: string];

const ISVC = 'serving.kserve.io';

/** What the API server answers about a right, everywhere unless a namespace is named. */
async function isAllowed([verb, group, resource, name]: Right, namespace?: string): Promise<boolean> {
  const user = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${ACCOUNT.namespace}`, 'system:authenticated'];
  const resourceAttributes = { verb, group, resource, ...(name && { name }), ...(namespace && { namespace }) };
  const review = await scene.cluster.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups, resourceAttributes },
  });
  return (review as { status: { allowed: boolean } }).status.allowed;
}

test('10: it may do what it needs, and nothing else', async () => {
  const needed: Right[] = [
    ...[
      [ISVC, 'inferenceservices'],
      [ISVC, 'llminferenceservices'],
      [ISVC, 'servingruntimes'],
      [ISVC, 'clusterservingruntimes'],
      ['', 'services'],
      ['discovery.k8s.io', 'endpointslices'],
    ].flatMap(([group = '', kind = '']) => ['get', 'list', 'watch'].map((verb): Right => [verb, group, kind])),
    ...['create', 'patch'].map((verb): Right => [verb, '', 'events']),
    ['get', '', 'namespaces', 'kube-system'],
  ];
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
  const others: Right[] = [
    ...verbs.flatMap((verb): Right[] => [
      [verb, '', 'secrets'],
      [verb, '', 'pods'],
      [verb, '', 'configmaps'],
      [verb, '', 'serviceaccounts'],
      [verb, 'apps', 'deployments'],
      [verb, 'coordination.k8s.io', 'leases'],
    ]),
    ...['create', 'update', 'patch', 'delete'].flatMap((verb): Right[] => [
      [verb, ISVC, 'inferenceservices'],
      [verb, ISVC, 'inferenceservices/status'],
      [verb, '', 'namespaces'],
    ]),
    ['create', '', 'pods/exec'],
    ['create', '', 'serviceaccounts/token'],
    ['impersonate', '', 'users'],
    ['list', '', 'namespaces'],
    ['get', '', 'namespaces', 'default'],
    ['list', '', 'events'],
    ['delete', '', 'events'],
  ];
  const answers = async (rights: Right[]): Promise<Right[]> => {
    const allowed = await Promise.all(rights.map((right) => isAllowed(right)));
    return rights.filter((_, index) => allowed[index]);
  };
  expect(await answers(needed)).toEqual(needed);
  expect(await answers(others)).toEqual([]);
  expect(await isAllowed(['update', 'coordination.k8s.io', 'leases', 'model-registrar'], 'model-registrar')).toBe(true);
  expect(await isAllowed(['update', 'coordination.k8s.io', 'leases', 'another'], 'model-registrar')).toBe(false);
});

test('10: with its token a Secret, a Pod and a change of an InferenceService are refused', async () => {
  const { kubernetes } = scene.bed;
  await kubernetes.kubectl([
    'create',
    'secret',
    'generic',
    'canary',
    '--namespace',
    scene.namespace,
    '--from-literal=key=x',
  ]);
  await scene.apply({ name: 'qwen', annotations: { enabled: 'true' } });
  const asIt = (...args: string[]) =>
    kubernetes.kubectl(['--kubeconfig', kubeconfig, '--namespace', scene.namespace, ...args]);
  expect(await asIt('get', 'inferenceservice', 'qwen', '--output=name')).toContain('qwen');
  await expect(asIt('get', 'secret', 'canary')).rejects.toThrow(/cannot get resource "secrets"/);
  await expect(asIt('get', 'pods')).rejects.toThrow(/cannot list resource "pods"/);
  await expect(asIt('annotate', 'inferenceservice', 'qwen', 'a=b')).rejects.toThrow(/cannot patch resource/);
});

test('10: the samples are taken by the real API server, and registered under the names that they promise', async () => {
  const objects: Rendered[] = render('samples');
  const keys = await overlay({ namespace: 'models', components: ['components/backend-keys'] });
  await scene.bed.kubernetes.apply(...objects, ...keys);
  await scene.controller({ kubeconfig, ownerId: '' });
  const samples = objects.filter(({ kind }) => kind === 'InferenceService');
  for (const { metadata } of samples) await scene.setStatus({ name: metadata.name, namespace: 'models' });
  await until('all are registered', async () => {
    const names = (await scene.gateway.models()).map((row) => row.model_name);
    return names.toSorted().join() === 'bge-m3,mistral-small,qwen-small,qwen3,qwen3-8b';
  });
  expect((await scene.gateway.model('bge-m3')).model_info.mode).toBe('embedding');
  expect((await scene.gateway.model('qwen3-8b')).model_info.max_input_tokens).toBe(32_768);
  expect((await scene.gateway.model('mistral-small')).litellm_params).toMatchObject({
    rpm: 600,
    tags: ['gpu', 'eu-west'],
  });
  expect((await scene.gateway.model('qwen-small')).litellm_params.model).toBe('hosted_vllm/qwen2.5-0.5b');
});
