import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../base/index.ts';
import type { KServeBinaries, KubernetesBinaries } from '../../build/index.ts';
import { flags, isServing, type Kubernetes } from '../kubernetes.ts';
import type { Service, Services } from '../service.ts';

export interface Surroundings {
  services: Services;
  folder: string;
  kubernetes: Kubernetes;
  binaries: KubernetesBinaries & KServeBinaries;
}

/** Makes Deployments' pods, EndpointSlices and ServiceAccounts, collects garbage, ends namespaces. */
export async function controllerManager(around: Surroundings): Promise<Service> {
  const { kubernetes, binaries } = around;
  return kubernetesService(around, 'kube-controller-manager', binaries.controllerManager, {
    'service-account-private-key-file': kubernetes.signingKeyFile,
    'root-ca-file': kubernetes.caFile,
  });
}

/** Puts pods on nodes. */
export async function scheduler(around: Surroundings): Promise<Service> {
  return kubernetesService(around, 'kube-scheduler', around.binaries.scheduler, {});
}

/** One of Kubernetes' own controllers; it makes its certificate at its start. */
async function kubernetesService(
  around: Surroundings,
  name: string,
  command: string,
  more: Record<string, string>,
): Promise<Service> {
  const { services, folder, kubernetes } = around;
  const port = await freePort();
  const certs = join(folder, 'certs');
  return services.add({
    name,
    command,
    args: [
      '--leader-elect=false',
      ...flags({
        kubeconfig: kubernetes.kubeconfigPath,
        'bind-address': '127.0.0.1',
        'secure-port': String(port),
        'cert-dir': certs,
        ...more,
      }),
    ],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    logFile: join(folder, `${name}.log`),
    readyWithinMs: 120_000,
    isReady: () => isServing(`https://127.0.0.1:${port}/healthz`, join(certs, `${name}.crt`)),
  });
}

/** kwok: it takes all nodes for its own, and brings their pods up by the stages in this folder. */
export async function kubelet({ services, folder, kubernetes, binaries }: Surroundings): Promise<Service> {
  const server = `127.0.0.1:${await freePort()}`;
  return services.add({
    name: 'kwok',
    command: binaries.kwok,
    args: [
      '--manage-all-nodes',
      ...flags({
        kubeconfig: kubernetes.kubeconfigPath,
        'server-address': server,
        // Without a lease the controller manager takes a node for dead after 40 s.
        'node-lease-duration-seconds': '40',
        'node-ip': '127.0.0.1',
        // A Service's endpoints may not be on loopback.
        cidr: '10.200.0.0/16',
      }),
      '-c',
      binaries.nodeStage,
      '-c',
      join(import.meta.dirname, 'pod-stages.yaml'),
    ],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    logFile: join(folder, 'kwok.log'),
    readyWithinMs: 60_000,
    isReady: async () => (await fetch(`http://${server}/healthz`)).ok,
  });
}

/** KServe's controller, its webhooks at that port. */
export async function kserve(around: Surroundings, hookPort: number): Promise<Service> {
  const health = `127.0.0.1:${await freePort()}`;
  return kserveService(around, 'kserve', around.binaries.kserve, hookPort, {
    more: { 'health-probe-addr': health },
    isReady: async () => (await fetch(`http://${health}/readyz`)).ok,
  });
}

/** KServe's controller of LLMInferenceServices, its webhooks at that port. Its own health waits for a CRD that only its webhooks make usable. */
export async function llmisvc(around: Surroundings, hookPort: number): Promise<Service> {
  return kserveService(around, 'llmisvc', around.binaries.llmisvc, hookPort, {
    more: { 'health-probe-addr': `127.0.0.1:${await freePort()}`, 'metrics-secure': 'false' },
    isReady: () => isServing(`https://127.0.0.1:${hookPort}/convert`, around.kubernetes.caFile, () => true),
  });
}

interface KServeWish {
  more: Record<string, string>;
  isReady: () => Promise<boolean>;
}

async function kserveService(
  { services, folder, kubernetes }: Surroundings,
  name: string,
  command: string,
  hookPort: number,
  { more, isReady }: KServeWish,
): Promise<Service> {
  // It looks for the certificate of its webhooks below its temporary folder. That of the API server is for 127.0.0.1 too.
  const temporary = join(folder, name);
  const certs = join(temporary, 'k8s-webhook-server', 'serving-certs');
  await mkdir(certs, { recursive: true });
  await copyFile(kubernetes.caFile, join(certs, 'tls.crt'));
  await copyFile(kubernetes.caFile.replace(/\.crt$/, '.key'), join(certs, 'tls.key'));
  return services.add({
    name,
    command,
    args: flags({
      kubeconfig: kubernetes.kubeconfigPath,
      'metrics-addr': `127.0.0.1:${await freePort()}`,
      'webhook-port': String(hookPort),
      ...more,
    }),
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: temporary },
    logFile: join(folder, `${name}.log`),
    readyWithinMs: 120_000,
    isReady,
  });
}
