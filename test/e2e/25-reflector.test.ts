import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { until } from '../support/wait.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import { type Reflecting, reflect, UNREADABLE } from './reflecting.ts';
import { openScene, type Scene } from './scene.ts';

/** From the end of a fault until what is known is right: the longest waiting time of these tests' reflectors is 3 s, the rest is room for a busy machine. */
const WITHIN_MS = 15_000;
const CRD = 'inferenceservices.serving.kserve.io';

let scene: Scene;
let proxy: ApiProxy;
let kubeconfig: string;
let reflecting: Reflecting | undefined;
let mend: (() => Promise<unknown>) | undefined;

beforeEach(async () => {
  scene = await openScene();
  proxy = await startApiProxy(scene.bed.kubernetes.server);
  kubeconfig = await kubeconfigFor({ token: scene.bed.kubernetes.adminToken });
});

afterEach(async () => {
  try {
    // The tests that follow need what is missing.
    await mend?.();
  } finally {
    mend = undefined;
    await reflecting?.end();
    reflecting = undefined;
    await proxy.stop();
    await scene.close();
  }
});

const { stringify } = JSON;

/** A kubeconfig for the way through the proxy. */
async function kubeconfigFor(user: object, caFile = scene.bed.kubernetes.caFile): Promise<string> {
  const file = join(scene.bed.coordinates.folder, `${scene.namespace}-kubeconfig`);
  const cluster = { server: proxy.url, 'certificate-authority': caFile };
  const names = { cluster: 'bed', user: 'bed' };
  await writeFile(
    file,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'bed', cluster }],
      users: [{ name: 'bed', user }],
      contexts: [{ name: 'bed', context: names }],
      'current-context': 'bed',
    }),
    { mode: 0o600 },
  );
  return file;
}

const NAMES = ['stays', 'changes', 'goes', 'is-made-anew'];
const apply = (...names: string[]) => Promise.all(names.map((name) => scene.apply({ name })));

async function begin(settings: Parameters<typeof reflect>[2] = {}, file = kubeconfig): Promise<Reflecting> {
  await apply(...NAMES);
  reflecting = await reflect(scene.cluster, file, settings);
  await reflecting.rightAgain(WITHIN_MS);
  return reflecting;
}

/** What happens in the cluster while nobody sees it. */
async function change(): Promise<void> {
  await scene.cluster.patch('changes', scene.namespace, { metadata: { labels: { changed: 'yes' } } });
  await scene.remove('goes');
  await scene.remove('is-made-anew');
  await apply('is-made-anew', 'new');
}

async function restartApiserver(): Promise<void> {
  mend = () => scene.bed.kubernetes.apiserver.start();
  await scene.bed.kubernetes.restart();
  mend = undefined;
}

describe(`25: a real API server: right again within ${WITHIN_MS / 1000} s, and no delete that was not true`, () => {
  test('25: a watch that is reset, its objects deleted while it is cut: seen deleted, without a list', async () => {
    const { gone, rightAgain } = await begin();
    await proxy.refuse();
    await change();
    await proxy.heal();
    await rightAgain(WITHIN_MS);
    expect(gone.toSorted()).toEqual(['-goes', '-is-made-anew']);
  });

  test('25: a black hole: staleness grows, and falls afterwards; what was deleted meanwhile is seen', async () => {
    const { reflector, gone, rightAgain } = await begin();
    proxy.freeze();
    await change();
    await until('it is noticed', () => reflector.state === 'failing' && reflector.stalenessMs > 4_000, 30_000);
    expect(gone).toEqual([]);
    expect(reflector.size).toBe(4);
    await proxy.heal();
    await rightAgain(WITHIN_MS);
    expect(gone.toSorted()).toEqual(['-goes', '-is-made-anew']);
    expect(reflector.stalenessMs).toBeLessThan(4_000);
  });

  test('25: a watch that the server closes every 2 s: nothing is lost, nothing is listed again', async () => {
    const { reflector, gone, rightAgain } = await begin({ watchMs: 1_000, random: () => 0 });
    const states: string[] = [];
    reflector.onState((state) => states.push(state));
    const from = performance.now();
    for (let round = 0; performance.now() - from < 7_000; round += 1) {
      await scene.cluster.patch('changes', scene.namespace, { metadata: { labels: { round: String(round) } } });
      await apply(`short-${round}`);
      await scene.remove(`short-${round}`);
    }
    await change();
    await rightAgain(WITHIN_MS);
    expect(states).toEqual([]);
    expect(gone.every((line) => line.startsWith('-'))).toBe(true);
  });

  test('25: an API server that is restarted', async () => {
    const { gone, rightAgain } = await begin();
    await restartApiserver();
    await change();
    await rightAgain(WITHIN_MS);
    expect(gone.map((line) => line.slice(1)).toSorted()).toEqual(['goes', 'is-made-anew']);
  });

  test('25: a version that the server has no more (410), after a restart behind our back: listed again', async () => {
    // So many failures of the watch do not lead to a list by themselves.
    const { gone, rightAgain } = await begin({ watchFailures: 1_000 });
    await proxy.refuse();
    await change();
    await restartApiserver();
    await proxy.heal();
    await rightAgain(WITHIN_MS);
    expect(gone.toSorted()).toEqual(['?goes', '?is-made-anew']);
  });

  test('25: a CRD that is removed and comes back', async () => {
    const { reflector, gone, rightAgain } = await begin();
    const { kubectl } = scene.bed.kubernetes;
    mend = await scene.bed.kubernetes.keepCrds();
    await kubectl(['delete', 'crd', CRD, '--wait=false']);
    await until('it is absent', () => reflector.state === 'absent', 30_000);
    // What was not seen deleted is kept.
    expect(gone.every((line) => line.startsWith('-'))).toBe(true);
    expect(gone.length + reflector.size).toBe(NAMES.length);
    await until('it is gone', async () => !(await kubectl(['get', 'crd', '-o', 'name'])).includes(CRD), 30_000);
    await mend();
    mend = undefined;
    await apply('later');
    await rightAgain(WITHIN_MS);
  });

  test('25: a token that is rotated, the old one refused: failing, then synced with the new one from its file', async () => {
    const name = 'reader';
    const tokenFile = join(scene.bed.coordinates.folder, `${scene.namespace}-token`);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: scene.namespace } };
    const renew = async (): Promise<void> => {
      await scene.bed.kubernetes.apply(account);
      await writeFile(tokenFile, await scene.bed.kubernetes.serviceAccountToken(scene.namespace, name));
    };
    await renew();
    await scene.bed.kubernetes.apply(...reading(scene.namespace, name));
    const { reflector, gone, rightAgain } = await begin({}, await kubeconfigFor({ tokenFile }));
    await scene.bed.kubernetes.kubectl(['delete', 'serviceaccount', name, '--namespace', scene.namespace]);
    await until(
      'the old one is refused',
      () => {
        proxy.cut();
        return reflector.trouble?.code === 'unauthorized';
      },
      30_000,
    );
    await change();
    expect(gone).toEqual([]);
    await renew();
    await rightAgain(WITHIN_MS);
    expect(gone.map((line) => line.slice(1)).toSorted()).toEqual(['goes', 'is-made-anew']);
  });

  test('25: rights that are taken (403) and given back', async () => {
    const name = 'reader';
    const rights = reading(scene.namespace, name);
    await scene.bed.kubernetes.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: scene.namespace } },
      ...rights,
    );
    const token = await scene.bed.kubernetes.serviceAccountToken(scene.namespace, name);
    const { reflector, gone, rightAgain } = await begin({}, await kubeconfigFor({ token }));
    await scene.bed.kubernetes.kubectl(['delete', 'clusterrolebinding', `${scene.namespace}-${name}`]);
    proxy.cut();
    await until('it is forbidden', () => reflector.state === 'forbidden', 30_000);
    await change();
    expect(reflector.size).toBe(NAMES.length);
    await scene.bed.kubernetes.apply(...rights);
    await rightAgain(WITHIN_MS);
    expect(gone.map((line) => line.slice(1)).toSorted()).toEqual(['goes', 'is-made-anew']);
  });

  test('25: an authority (CA) that is rotated: failing while its file is old, synced when it is new', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    await proxy.stop();
    const ca = readFileSync(scene.bed.kubernetes.caFile, 'utf8');
    proxy = await startApiProxy(scene.bed.kubernetes.server, { identity: first, ca });
    const caFile = join(scene.bed.coordinates.folder, `${scene.namespace}-ca`);
    await writeFile(caFile, first.cert);
    const file = await kubeconfigFor({ token: scene.bed.kubernetes.adminToken }, caFile);
    const { reflector, gone, rightAgain } = await begin({}, file);
    proxy.certify(second);
    await until('it is refused', () => reflector.state === 'failing', 30_000);
    await change();
    expect(gone).toEqual([]);
    await writeFile(caFile, second.cert);
    await rightAgain(WITHIN_MS);
    expect(gone.map((line) => line.slice(1)).toSorted()).toEqual(['goes', 'is-made-anew']);
  });

  test('25: an object of 1 MB, and one that cannot be read', async () => {
    const { reflector, unreadable, rightAgain } = await begin();
    const model = { modelFormat: { name: 'huggingface' }, args: ['x'.repeat(1_000_000)] };
    await scene.apply({ name: 'large', predictor: { minReplicas: 1, model } });
    await scene.apply({ name: 'odd', annotations: UNREADABLE });
    await apply('after');
    await rightAgain(WITHIN_MS);
    expect(unreadable).toEqual(['odd']);
    expect(reflector.get(`${scene.namespace}/large`)).toBeDefined();
    // By a list too.
    const second = await reflect(scene.cluster, kubeconfig);
    expect([...second.reflector.keys()].toSorted()).toEqual([...reflector.keys()].toSorted());
    await second.end();
  });

  test('25: etcd emptied under it: kept while the kind is absent; then all is missing, none seen deleted, and what is new is seen', async () => {
    const { reflector, gone, rightAgain } = await begin();
    // A new etcd needs a while to come as far, even with the CRDs in it.
    for (let round = 0; round < 300; round += 1) {
      await scene.cluster.patch('changes', scene.namespace, { metadata: { labels: { round: String(round) } } });
    }
    await rightAgain(WITHIN_MS);
    mend = await scene.bed.kubernetes.wipe();
    await until('it is absent', () => reflector.state === 'absent', 30_000);
    expect(gone).toEqual([]);
    expect(reflector.size).toBe(NAMES.length);
    await mend();
    mend = undefined;
    await scene.cluster.createNamespace(scene.namespace);
    await apply('first');
    await rightAgain(WITHIN_MS);
    expect(gone.toSorted()).toEqual(NAMES.map((name) => `?${name}`).toSorted());
    await apply('second');
    await rightAgain(WITHIN_MS);
    expect(reflector.size).toBe(2);
  });
});

function reading(namespace: string, name: string): object[] {
  const role = `${namespace}-${name}`;
  const group = 'rbac.authorization.k8s.io';
  return [
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name: role },
      rules: [{ apiGroups: ['serving.kserve.io'], resources: ['inferenceservices'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: role },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}
