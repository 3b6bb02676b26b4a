import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, run } from '../../base/index.ts';
import { LLM_KINDS } from '../kubernetes.ts';
import { configMap, conversion, KSERVE_NAMESPACE, webhooks } from './manifests.ts';
import { controllerManager, kserve, kubelet, llmisvc, type Surroundings, scheduler } from './servers.ts';

/** What KServe's controller watches beside the kinds that the first level has. */
const KINDS = ['inferencegraphs', 'trainedmodels', 'clusterstoragecontainers'];

type Kubectl = (args: readonly string[], stdin?: string) => Promise<unknown>;

/**
 * Starts what makes InferenceServices Ready beside the API server: controller manager, scheduler, simulated kubelet with two nodes, and KServe's
 * controller with its webhooks, runtimes and ConfigMap.
 */
export async function startKServe(around: Surroundings): Promise<void> {
  const { folder, kubernetes, binaries } = around;
  const { config, llmConfig } = binaries;
  const kubectl: Kubectl = (args, stdin) => {
    const whole = ['--kubeconfig', kubernetes.kubeconfigPath, '--cache-dir', join(folder, 'kubectl-cache'), ...args];
    return run(binaries.kubectl, whole, stdin === undefined ? {} : { stdin });
  };
  const applied = ['apply', '--server-side', '--force-conflicts', '--validate=false', '--field-manager', 'bed'];
  const apply = (...objects: object[]) =>
    kubectl([...applied, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));

  const others = [controllerManager(around), scheduler(around), kubelet(around)];
  const crds = KINDS.flatMap((kind) => ['-f', crdFile(config, kind)]);
  await Promise.all([
    ...others.map(async (service) => (await service).start()),
    kubectl([...applied, ...crds, '-f', join(llmConfig, 'crds'), '-f', join(import.meta.dirname, 'nodes.yaml')]),
    configMap(config).then((map) => apply(KSERVE_NAMESPACE, map)),
  ]);
  await kubectl(['wait', '--for', 'condition=Established', 'crd', '--all', '--timeout', '60s']);

  const ca = await readFile(kubernetes.caFile, 'utf8');
  const [hookPort, llmPort] = [await freePort(), await freePort()];
  await Promise.all([
    kserve(around, hookPort).then((service) => service.start()),
    llmisvc(around, llmPort).then((service) => service.start()),
  ]);
  for (const kind of LLM_KINDS) {
    const patch = JSON.stringify(conversion(llmPort, ca));
    await kubectl(['patch', 'crd', `${kind}.serving.kserve.io`, '--type', 'merge', '--patch', patch]);
  }
  await apply(
    ...(await webhooks(join(config, 'webhook', 'manifests.yaml'), hookPort, ca)),
    ...(await webhooks(join(llmConfig, 'webhook', 'llmisvc', 'manifests.yaml'), llmPort, ca)),
  );
  await Promise.all([
    kubectl([...applied, '-k', join(config, 'runtimes')]),
    kubectl([...applied, '-k', join(llmConfig, 'llmisvcconfig')]),
    kubectl([...applied, '-k', join(config, 'storagecontainers')]),
    kubectl(['wait', '--for', 'condition=Ready', 'node', '--all', '--timeout', '60s']),
  ]);
}

function crdFile(config: string, kind: string): string {
  const folder = kind === 'clusterstoragecontainers' ? kind.replace(/s$/, '') : '';
  return join(config, 'crd', 'full', folder, `serving.kserve.io_${kind}.yaml`);
}
