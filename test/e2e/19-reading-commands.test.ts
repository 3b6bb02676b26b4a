import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExplainDocument } from '../../src/commands/explain/index.ts';
import { ListDocument } from '../../src/commands/list/index.ts';
import { ANNOTATIONS } from '../../src/registration/index.ts';
import { inferenceService } from '../support/inference-services.ts';
import { type Ended, runProgram } from './program.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});

afterEach(() => scene.close());

/** Runs a command on the bed. */
function command(name: string, ...args: string[]): Promise<Ended> {
  const { kubeconfigPath } = scene.bed.kubernetes;
  const litellm = [`--litellm-url=${scene.bed.litellm.url}`, `--litellm-key-file=${scene.keyFile}`];
  return runProgram([name, `--kubeconfig=${kubeconfigPath}`, ...litellm, `--owner-id=${scene.ownerId}`, ...args]);
}

test('19: list tells who made each model, and why an object is not registered', async () => {
  await scene.serve({ name: 'mine', annotations: { 'model-name': 'mine' } });
  expect((await command('sync')).code).toBe(0);
  await scene.serve({ name: 'theirs', annotations: { 'model-name': 'theirs' } });
  expect((await command('sync', '--owner-id=another-owner')).code).toBe(0);
  await scene.gateway.addByHand({
    name: 'by-hand',
    params: { model: 'hosted_vllm/x', api_base: 'http://x/v1', api_key: 'none' },
  });
  await scene.apply({ name: 'waits', annotations: { enabled: 'true' } });
  await scene.apply({ name: 'plain' });

  const { code, stdout, stderr } = await command('list', '-o', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { models, objects } = ListDocument.parse(JSON.parse(stdout));
  const source = (name: string) => `inference-service/${scene.namespace}/${name}`;
  expect(models.map(({ name, owner, source: of }) => [name, owner, of])).toEqual(
    expect.arrayContaining([
      ['by-hand', 'hand-made', undefined],
      ['house-chat', 'config-file', undefined],
      ['mine', 'ours', source('mine')],
      ['theirs', 'other', source('theirs')],
    ]),
  );
  expect(Object.fromEntries(objects.map((one) => [one.source, one.state]))).toEqual({
    [source('plain')]: 'ignored',
    [source('theirs')]: 'conflict',
    [source('waits')]: 'down',
  });

  const table = await command('list');
  expect(table.stdout).toMatch(new RegExp(`^mine +ours +${source('mine')} +hosted_vllm/mine +\\S+$`, 'm'));
  const nobody = await scene.bed.kubernetes.kubeconfigFor(scene.bed.kubernetes.nobodyToken);
  const blind = await command('list', `--kubeconfig=${nobody}`);
  expect(blind.code).toBe(1);
  expect(blind.stdout).toMatch(/^mine +ours/m);
});

test('19: explain says beforehand what sync registers', async () => {
  const wish = {
    namespace: scene.namespace,
    name: 'told',
    annotations: { 'model-name': 'told-a, told-b', notes: 'as explained' },
    predictor: {
      model: { modelFormat: { name: 'huggingface' }, args: ['--max-model-len=4096', '--task=text_embedding'] },
    },
  };
  const file = join(scene.bed.coordinates.folder, 'told.json');
  await writeFile(file, JSON.stringify(inferenceService(wish)));
  const { code, stdout, stderr } = await runProgram(['explain', '-f', file, '-o', 'json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { objects } = ExplainDocument.parse(JSON.parse(stdout));
  const told = objects.flatMap((object) => object.models);

  await scene.serve(wish);
  expect((await command('sync')).code).toBe(0);
  for (const { name, model, basePath, info } of told) {
    const row = await scene.gateway.model(name);
    expect(row.litellm_params).toMatchObject({ model });
    expect(new URL(String(row.litellm_params.api_base)).pathname).toBe(basePath);
    expect(row.model_info).toMatchObject(info);
  }
  expect(told.map(({ name }) => name)).toEqual(['told-a', 'told-b']);
  expect(told[0]?.info).toEqual({ mode: 'embedding', max_tokens: 4096, max_input_tokens: 4096, notes: 'as explained' });
});

describe('19: annotations --kserve --apply on a real API server', () => {
  const NAME = 'inferenceservice-config';
  const ARGO = 'argocd.argoproj.io/tracking-id';
  const BEFORE =
    '{\n  "resource": {\n    "cpuLimit": "1"\n  },\n  "serviceAnnotationDisallowedList": [\n    "theirs.io/1"\n  ]\n}';

  afterEach(async () => {
    await scene.bed.kubernetes.kubectl(['-n', 'kserve', 'delete', 'configmap', NAME, '--ignore-not-found']);
  });

  async function config(): Promise<{ data: Record<string, string>; metadata: { resourceVersion: string } }> {
    const path = `/api/v1/namespaces/kserve/configmaps/${NAME}`;
    return (await scene.cluster.call('GET', path)) as never;
  }

  test('the missing keys are added, all else stays as it is, and the second time nothing is written', async () => {
    const { kubernetes } = scene.bed;
    await kubernetes.createNamespace('kserve');
    const data = { inferenceService: BEFORE, deploy: '{"defaultDeploymentMode": "Standard"}' };
    await kubernetes.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'kserve', name: NAME },
      data,
    });
    const apply = () =>
      runProgram(['annotations', '--kserve', '--apply', '--also', ARGO, `--kubeconfig=${kubernetes.kubeconfigPath}`]);

    expect(await apply()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Added 19 keys to /m), stderr: '' });
    const after = await config();
    const keys = [...ANNOTATIONS.map(({ key }) => `model-registrar.io/${key}`), ARGO];
    const added = keys.map((key) => `,\n    "${key}"`).join('');
    expect(after.data).toEqual({
      deploy: data.deploy,
      inferenceService: BEFORE.replace('"theirs.io/1"', `"theirs.io/1"${added}`),
    });

    expect(await apply()).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to add'), stderr: '' });
    expect((await config()).metadata.resourceVersion).toBe(after.metadata.resourceVersion);
  });
});
