import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DoctorDocument } from '../../src/commands/doctor/index.ts';
import { until } from '../support/wait.ts';
import { render } from './manifests/render.ts';
import { runProgram } from './program.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

/** Runs doctor; gives its exit code and what is not in order, by check. */
async function doctor(flags: Record<string, string> = {}) {
  const { kubeconfigPath } = scene.bed.kubernetes;
  const all = {
    kubeconfig: kubeconfigPath,
    'litellm-url': scene.bed.litellm.url,
    'litellm-key-file': scene.keyFile,
    'owner-id': scene.ownerId,
    ...flags,
  };
  const args = Object.entries(all).map(([name, value]) => `--${name}=${value}`);
  const { code, stdout, stderr } = await runProgram(['doctor', '-o', 'json', ...args]);
  expect(stderr).toBe('');
  expect(stdout).not.toContain(scene.bed.litellm.masterKey);
  const { checks } = DoctorDocument.parse(JSON.parse(stdout));
  const failed = checks
    .filter(({ status }) => status === 'failed')
    .map(({ id, says, remedy }) => [id, `${says} ${remedy}`]);
  const warned = checks.filter(({ status }) => status === 'warning').map(({ id }) => id);
  return { code, failed: Object.fromEntries(failed) as Record<string, string>, warned };
}

test('18: doctor finds nothing that fails where all is set up, under the rights of the manifests', async () => {
  const { kubernetes } = scene.bed;
  await kubernetes.apply(...render('default'));
  const token = await kubernetes.serviceAccountToken('model-registrar', 'model-registrar');
  const found = await doctor({
    kubeconfig: await kubernetes.kubeconfigFor(token),
    settle: '6s',
    'leader-elect': 'true',
    'lease-namespace': 'model-registrar',
  });
  expect(found).toMatchObject({ code: 0, failed: {} });
  expect(found.warned).not.toContain('rights-events');
  const before = await scene.bed.postgres.psql('SELECT count(*) FROM "LiteLLM_ProxyModelTable"');
  expect(before).toBe('0');
});

describe('18: doctor names what is wrong, with its remedy', () => {
  test('no rights', async () => {
    const { kubernetes } = scene.bed;
    const { code, failed, warned } = await doctor({
      kubeconfig: await kubernetes.kubeconfigFor(kubernetes.nobodyToken),
      'leader-elect': 'true',
    });
    expect({ code, failed }).toEqual({
      code: 1,
      failed: {
        'rights-inference-service': expect.stringMatching(
          /may not list, watch and get inferenceservices.*kubectl apply -k/,
        ),
        'rights-lease': expect.stringMatching(
          /may not create, get and update leases in .*never elected.*manifests\/base/,
        ),
      },
    });
    expect(warned).toEqual(expect.arrayContaining(['rights-events', 'rights-serving-runtimes']));
  });

  test('no CRD', async () => {
    const { kubernetes } = scene.bed;
    const name = 'inferenceservices.serving.kserve.io';
    const crd = JSON.parse(await kubernetes.kubectl(['get', 'crd', name, '-o', 'json'])) as { spec: object };
    await kubernetes.kubectl(['delete', 'crd', name]);
    try {
      const { code, failed } = await doctor();
      expect({ code, failed }).toEqual({
        code: 1,
        failed: { 'crd-inference-service': expect.stringMatching(/serves no inferenceservices.*Install KServe/) },
      });
    } finally {
      const { spec } = crd;
      await kubernetes.apply({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name },
        spec,
      });
      // Made anew, a kind takes some seconds until it is served, and the tests that follow need it.
      const path = '/apis/serving.kserve.io/v1beta1/inferenceservices';
      await until('the kind is served again', () => scene.cluster.call('GET', path), 120_000);
    }
  });

  test('a key that is no administrator’s', async () => {
    const file = join(scene.bed.coordinates.folder, 'user-key');
    for (const role of ['internal_user', 'proxy_admin_viewer']) {
      const { body } = await scene.bed.litellm.request('POST', '/user/new', { user_role: role });
      await writeFile(file, (body as { key: string }).key, { mode: 0o600 });
      const { code, failed } = await doctor({ 'litellm-key-file': file });
      expect({ code, failed }).toEqual({
        code: 1,
        failed: { 'key-admin': expect.stringMatching(/not that of an administrator.*proxy_admin/) },
      });
    }
    await writeFile(file, 'sk-a-key-that-nobody-made');
    expect((await doctor({ 'litellm-key-file': file })).failed).toEqual({
      key: expect.stringMatching(/refused the key.*--litellm-key-file/),
    });
  });

  test('LiteLLM without a database', async () => {
    const replica = await scene.bed.litellm.startReplica({ DATABASE_URL: null });
    try {
      const { code, failed } = await doctor({ 'litellm-url': replica.url });
      expect({ code, failed }).toEqual({
        code: 1,
        failed: { database: expect.stringMatching(/without a database.*DATABASE_URL.*STORE_MODEL_IN_DB=True/) },
      });
    } finally {
      await replica.stop();
    }
  });

  test('LiteLLM with another salt key: the rows that it cannot read', async () => {
    await scene.gateway.addByHand({
      name: 'made-with-the-former-key',
      params: { model: 'hosted_vllm/x', api_key: 'none' },
    });
    expect((await doctor()).failed).toEqual({});
    const replica = await scene.bed.litellm.startReplica({ LITELLM_SALT_KEY: 'another-salt-key-than-before' });
    try {
      const { code, failed } = await doctor({ 'litellm-url': replica.url });
      expect({ code, failed }).toEqual({
        code: 1,
        failed: {
          'salt-key': expect.stringMatching(/cannot decrypt 1 row.*"made-with-the-former-key".*LITELLM_SALT_KEY back/),
        },
      });
    } finally {
      await replica.stop();
    }
  });
});
