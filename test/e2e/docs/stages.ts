import { join } from 'node:path';
import { parse } from 'yaml';
import { blocksOf } from '../../support/markdown.ts';
import type { Scene } from '../scene.ts';
import type { Workshop } from './workshop.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What a page takes for granted before its first command. */
type Stage = (scene: Scene, workshop: Workshop) => Promise<void>;

/** By page; what all pages take for granted stands in {@link setTheScene}. */
const STAGES: Record<string, Stage> = {
  'docs/adopt.md': async (scene) => {
    await addByHand(scene, 'qwen3', 'qwen3-8b');
  },
  'docs/install.md': async (scene) => {
    for (const name of ['team-a', 'team-b']) await removeNamespace(scene, name);
  },
  // It stops the controller, and takes over what that made.
  'docs/several-clusters.md': async (_scene, workshop) => {
    await prepare(workshop, 'kubectl apply -k manifests/default; model-registrar sync --owner-id old-id');
  },
  // It stops the controller, and takes out what that made.
  'docs/uninstall.md': async (_scene, workshop) => {
    await prepare(workshop, 'kubectl apply -k manifests/default; model-registrar sync');
  },
  // Its plan shows a change.
  'README.md': async (scene, workshop) => {
    await prepare(workshop, 'model-registrar sync');
    await scene.cluster.patch('qwen3-8b', 'models', {
      metadata: { annotations: { 'model-registrar.io/max-model-len': '65536' } },
    });
  },
};

/** KServe's ConfigMap as its chart installs it, as far as it matters here. */
const KSERVE_CONFIG = { deploy: '{"defaultDeploymentMode": "Standard"}', inferenceService: '{}' };

/**
 * The cluster of the pages: the model `qwen3-8b` in the namespace `models`, known to users as `qwen3`, which also stands in
 * `model.yaml`; the namespaces `kserve`, with KServe's ConfigMap, and `model-registrar`.
 */
export async function setTheScene(page: string, scene: Scene, workshop: Workshop): Promise<void> {
  const { kubernetes } = scene.bed;
  for (const name of ['models', 'kserve', 'model-registrar']) await kubernetes.createNamespace(name);
  await kubernetes.kubectl(['delete', 'secrets', '--all', '-n', 'model-registrar']);
  await kubernetes.kubectl(['delete', 'secrets', '--all', '-n', 'models']);
  await kubernetes.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kserve', name: 'inferenceservice-config' },
    data: KSERVE_CONFIG,
  });
  const [example] = blocksOf(join(ROOT, 'README.md')).filter(({ language }) => language === 'yaml');
  const manifest = example?.text ?? '';
  await workshop.write('model.yaml', manifest);
  await serve(scene, manifest);
  await STAGES[page]?.(scene, workshop);
}

/** @throws where a command of the stage itself fails */
async function prepare(workshop: Workshop, script: string): Promise<void> {
  const { code, output } = await workshop.run(script);
  if (code !== 0) throw new Error(`${script}\n${output}`);
}

/** Applies the object of README.md, Ready, with a model server behind its address. */
async function serve(scene: Scene, manifest: string): Promise<void> {
  const { metadata, ...rest } = parse(manifest) as { metadata: object };
  await scene.bed.kubernetes.apply({ ...rest, metadata: { ...metadata, namespace: 'models' } });
  await scene.bed.serve('qwen3-8b-predictor.models', { served: ['qwen3-8b'], basePath: '/v1' });
  await scene.setStatus({ namespace: 'models', name: 'qwen3-8b', runtime: 'kserve-vllmserver' });
}

/** A row as an administrator made it before there was a controller, for a model of the namespace `models`. */
async function addByHand({ gateway }: Scene, name: string, served: string): Promise<void> {
  const params = {
    model: `hosted_vllm/${served}`,
    api_base: `http://${served}-predictor.models.svc.cluster.local/v1`,
    api_key: 'not-needed',
    rpm: 600,
    organization: 'research',
  };
  await gateway.addByHand({ name, params });
}

/** Really deletes a namespace, but for what is in it: on the bed no controller does. */
async function removeNamespace({ bed, cluster }: Scene, name: string): Promise<void> {
  await bed.kubernetes.kubectl(['delete', 'secrets', '--all', '-n', name]);
  await cluster.call('DELETE', `/api/v1/namespaces/${name}`, undefined, { accept: [404] });
  const finalized = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } };
  await cluster.call('PUT', `/api/v1/namespaces/${name}/finalize`, finalized, { accept: [404] });
}
