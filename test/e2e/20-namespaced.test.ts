import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { FaultProxy } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import type { Controller } from './controller.ts';
import { overlay, render } from './manifests/render.ts';
import { runProgram } from './program.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
/** A second namespace, with an installation of its own. */
let other: string;

beforeEach(async () => {
  scene = await openScene();
  other = `${scene.namespace}-other`;
  await scene.cluster.createNamespace(other);
});

afterEach(() => scene.close());

/** Installs `manifests/namespaced` into a namespace; gives a kubeconfig with the rights of its account and no others. */
async function install(namespace: string, ...components: string[]): Promise<string> {
  const { kubernetes } = scene.bed;
  await kubernetes.apply(...(await overlay({ namespace, resources: ['namespaced'], components })));
  return kubernetes.kubeconfigFor(await kubernetes.serviceAccountToken(namespace, 'model-registrar'));
}

const startIn = (namespace: string, kubeconfig: string, proxy?: FaultProxy): Promise<Controller> =>
  scene.controller({
    kubeconfig,
    ownerId: `e2e-${namespace}`,
    settings: { namespace },
    ...(proxy && { litellmUrl: proxy.url }),
  });

const registered = (name: string): Promise<unknown> =>
  until(`${name} is registered`, async () => (await scene.gateway.names()).includes(name), 30_000);

test('20: an InferenceService elsewhere, a Secret, a Pod cannot be read', async () => {
  const { kubernetes } = scene.bed;
  const kubeconfig = await install(scene.namespace);
  await scene.apply({ name: 'mine', annotations: { enabled: 'true' } });
  await scene.apply({ name: 'theirs', namespace: other, annotations: { enabled: 'true' } });
  await kubernetes.kubectl(['create', 'secret', 'generic', 'canary', '-n', scene.namespace, '--from-literal=key=x']);
  const asIt = (...args: string[]) => kubernetes.kubectl(['--kubeconfig', kubeconfig, ...args]);
  expect(await asIt('get', 'inferenceservices', '-n', scene.namespace, '-o', 'name')).toContain('mine');
  for (const refused of [
    ['get', 'inferenceservice', 'theirs', '-n', other],
    ['get', 'inferenceservices', '--all-namespaces'],
    ['get', 'secret', 'canary', '-n', scene.namespace],
    ['get', 'secrets', '-n', scene.namespace],
    ['get', 'pods', '-n', scene.namespace],
    ['get', 'clusterservingruntimes'],
    ['get', 'namespace', 'kube-system'],
    ['annotate', 'inferenceservice', 'mine', '-n', scene.namespace, 'a=b'],
  ]) {
    await expect(asIt(...refused), refused.join(' ')).rejects.toThrow(/is forbidden/);
  }
});

/** What the account of a kubeconfig may do in a namespace, beyond what everybody may: `verbs group/resource`, sorted. */
async function rightsOf(kubeconfig: string, namespace: string): Promise<string[]> {
  const apiVersion = 'authorization.k8s.io/v1';
  const review = { apiVersion, kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const answer = await scene.bed.kubernetes.kubectl(
    ['--kubeconfig', kubeconfig, 'create', '--validate=false', '-f', '-', '-o', 'json'],
    JSON.stringify(review),
  );
  return reviewed
    .parse(JSON.parse(answer))
    .status.resourceRules.filter(({ apiGroups }) => !apiGroups.some((group) => group.startsWith('auth')))
    .map(({ verbs, apiGroups, resources, resourceNames }) =>
      [...verbs.toSorted(), `${apiGroups.join()}/${resources.join()}`, ...resourceNames].join(' '),
    )
    .toSorted();
}

const reviewed = z.object({
  status: z.object({
    incomplete: z.literal(false),
    resourceRules: z.array(
      z.object({
        verbs: z.array(z.string()),
        apiGroups: z.array(z.string()),
        resources: z.array(z.string()),
        resourceNames: z.array(z.string()).default([]),
      }),
    ),
  }),
});

test('20: an installation for two namespaces has these rights in each, and no others there or elsewhere', async () => {
  const { kubernetes } = scene.bed;
  for (const namespace of ['team-a', 'team-b']) await kubernetes.createNamespace(namespace);
  await kubernetes.apply(...render('samples/install-namespaced'));
  const kubeconfig = await kubernetes.kubeconfigFor(await kubernetes.serviceAccountToken('team-a', 'model-registrar'));
  const clusterRuntimes = 'get list watch serving.kserve.io/clusterservingruntimes';
  const models = [
    'create patch /events',
    'get list watch /services',
    'get list watch discovery.k8s.io/endpointslices',
    'get list watch serving.kserve.io/inferenceservices,llminferenceservices',
    'get list watch serving.kserve.io/servingruntimes',
  ];
  const itself = [
    'create coordination.k8s.io/leases',
    'get /secrets',
    'get apps/deployments model-registrar',
    'get update coordination.k8s.io/leases model-registrar',
  ];
  expect(await rightsOf(kubeconfig, 'team-a')).toEqual([...itself, ...models, clusterRuntimes].toSorted());
  expect(await rightsOf(kubeconfig, 'team-b')).toEqual([...models, clusterRuntimes].toSorted());
  expect(await rightsOf(kubeconfig, other)).toEqual([clusterRuntimes]);
});

test('20: with these rights alone a model comes and goes, and its owner is told', async () => {
  const controller = await startIn(scene.namespace, await install(scene.namespace));
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'chat', 'served-name': 'qwen' } });
  await registered('chat');
  expect(await scene.gateway.chat('chat')).toMatchObject({ status: 200 });
  await until('an Event tells', async () => (await scene.events('qwen')).some((one) => one.startsWith('Registered')));
  await scene.remove('qwen');
  await until('it is gone', async () => !(await scene.gateway.names()).includes('chat'));
  expect(await controller.stop()).toBe(0);
});

test('20: without an owner id it does not start, and says what to set', async () => {
  const kubeconfig = await install(scene.namespace);
  const ended = await runProgram([
    'run',
    `--kubeconfig=${kubeconfig}`,
    `--namespace=${scene.namespace}`,
    `--litellm-url=${scene.bed.litellm.url}`,
    `--litellm-key-file=${scene.keyFile}`,
    '--listen=127.0.0.1:0',
  ]);
  expect(ended.code).toBe(1);
  expect(ended.stdout + ended.stderr).toMatch(/kube-system.*set --owner-id or MODEL_REGISTRAR_OWNER_ID/s);
});

test('20: a model that leaves its name to a ClusterServingRuntime waits for an annotation, or for the component that lets it be read', async () => {
  const bare = await startIn(scene.namespace, await install(scene.namespace));
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'chat' } });
  const told = await until('an Event tells', async () =>
    (await scene.events('qwen')).find((one) => one.startsWith('NotRoutable')),
  );
  expect(told).toMatch(/kserve-huggingfaceserver.*cannot be read.*served-name/);
  expect(await scene.gateway.models()).toEqual([]);
  await bare.stop();

  const kubeconfig = await install(scene.namespace, 'components/cluster-runtimes', 'components/backend-keys');
  await startIn(scene.namespace, kubeconfig);
  await registered('chat');
});

test('20: two installations share one LiteLLM, and neither touches what the other made', async () => {
  const proxies = [await scene.bed.startProxy(), await scene.bed.startProxy()] as const;
  const [first, second] = [await install(scene.namespace), await install(other)];
  await startIn(scene.namespace, first, proxies[0]);
  await startIn(other, second, proxies[1]);
  const annotations = { 'served-name': 'qwen' };
  await scene.serve({ name: 'qwen', annotations: { ...annotations, 'model-name': 'one, shared' } });
  await registered('shared');
  await scene.serve({ name: 'qwen', namespace: other, annotations: { ...annotations, 'model-name': 'two, shared' } });
  await registered('two');
  await until('the later is told who has the name', async () =>
    (await scene.events('qwen', other)).some((one) => one.startsWith('NameConflict: "shared" is held by')),
  );
  for (const proxy of proxies) proxy.forget();
  await Promise.all(proxies.map((proxy) => resyncs(proxy, 3)));
  expect(proxies.map(writesAt)).toEqual([[], []]);
  const owners = (await scene.gateway.models()).map(({ model_name, model_info }) => {
    const { owner } = model_info.model_registrar as { owner: string };
    return `${model_name} of ${owner}`;
  });
  expect(owners.toSorted((one, another) => one.localeCompare(another))).toEqual([
    `one of e2e-${scene.namespace}`,
    `shared of e2e-${scene.namespace}`,
    `two of e2e-${other}`,
  ]);

  await scene.cluster.remove('qwen', other);
  await until('what the second made is gone', async () => !(await scene.gateway.names()).includes('two'));
  await resyncs(proxies[0], 2);
  expect(writesAt(proxies[0])).toEqual([]);
  expect(await scene.gateway.chat('shared')).toMatchObject({ status: 200 });
});
