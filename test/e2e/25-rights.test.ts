import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { openScene, type Scene } from './scene.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ACCOUNT = 'model-registrar';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

/** Lets the account do this, and nothing else; a second call widens it. */
async function grant(...rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[]): Promise<void> {
  const name = `${scene.namespace}-${ACCOUNT}`;
  await scene.bed.kubernetes.apply(
    { apiVersion: `${GROUP}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${GROUP}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: scene.namespace }],
    },
  );
}

test('25: rights that are missing are named in one line of the log each and as a metric, the rest goes on, and both end when they are granted', async () => {
  const metadata = { name: ACCOUNT, namespace: scene.namespace };
  await scene.bed.kubernetes.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const reading = ['get', 'list', 'watch'];
  const events = { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] };
  const runtimes = {
    apiGroups: ['serving.kserve.io'],
    resources: ['servingruntimes', 'clusterservingruntimes'],
    verbs: reading,
  };
  await grant(events, runtimes, {
    apiGroups: ['serving.kserve.io'],
    resources: ['inferenceservices'],
    verbs: ['list'],
  });
  const token = await scene.bed.kubernetes.serviceAccountToken(scene.namespace, ACCOUNT);
  await scene.serve({ name: 'qwen', annotations: { enabled: 'true' } });

  const controller = await scene.controller({ kubeconfig: await scene.bed.kubernetes.kubeconfigFor(token) });
  const missing = async (): Promise<string[]> =>
    (await controller.metrics()).match(/^model_registrar_rights_missing\{.*$/gm) ?? [];
  const right = (verb: string) => `model_registrar_rights_missing{verb="${verb}",resource="inferenceservices"} 1`;
  await until('they are figures', async () => (await missing()).length > 0);
  expect((await missing()).toSorted()).toEqual([right('get'), right('watch')]);
  const named = controller
    .output()
    .split('\n')
    .filter((line) => line.includes('a right is missing'));
  expect(named).toHaveLength(2);
  expect(named.find((line) => line.includes('"verb":"watch"'))).toMatch(
    /may not watch inferenceservices.*kubectl apply -k manifests\/default/,
  );

  await grant(events, runtimes, { apiGroups: ['serving.kserve.io'], resources: ['inferenceservices'], verbs: reading });
  // The source is tried again every 30 s.
  await until('they are gone', async () => (await missing()).length === 0, 90_000);
  await until('the model is there', async () => (await scene.gateway.models()).length === 1, 30_000);
});
