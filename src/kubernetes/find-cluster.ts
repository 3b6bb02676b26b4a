import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { KubeconfigError } from './errors.ts';
import { readCluster } from './kubeconfig.ts';

/** Where this machine keeps its settings; tests name other places. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** The folder with the files `token`, `ca.crt` and `namespace` of the pod's service account. */
  serviceAccount: string;
}

const HERE: Surroundings = {
  env: process.env,
  home: homedir(),
  serviceAccount: '/var/run/secrets/kubernetes.io/serviceaccount',
};

/**
 * Finds the cluster to talk to: in the named file; else in the files of KUBECONFIG; else by the service account of the pod
 * that we run in; else in ~/.kube/config. A named context is looked for in kubeconfig files alone, since a pod has none. It
 * is the order of controller-runtime. Files of KUBECONFIG that do not exist are passed over, as kubectl does.
 *
 * @throws KubeconfigError
 */
export function findCluster(
  options: { kubeconfig?: string; context?: string },
  { env, home, serviceAccount }: Surroundings = HERE,
): Cluster {
  const { kubeconfig, context } = options;
  if (kubeconfig !== undefined) return readCluster([kubeconfig], kubeconfig, context);
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) {
    const present = listed.filter((file) => existsSync(file));
    return readCluster(present.length > 0 ? present : listed, `KUBECONFIG (${listed.join(', ')})`, context);
  }
  const host = env.KUBERNETES_SERVICE_HOST;
  if (context === undefined && host && existsSync(join(serviceAccount, 'token'))) {
    return podCluster(host, env.KUBERNETES_SERVICE_PORT ?? '443', serviceAccount);
  }
  const usual = join(home, '.kube', 'config');
  if (existsSync(usual)) return readCluster([usual], usual, context);
  throw new KubeconfigError(
    'no-cluster',
    'No Kubernetes cluster was found: no kubeconfig is named, KUBECONFIG is not set, there is no ~/.kube/config, and this is not a pod with a service account; name a kubeconfig file.',
  );
}

function podCluster(host: string, port: string, folder: string): Cluster {
  const namespaceFile = join(folder, 'namespace');
  return {
    origin: `the service account in ${folder}`,
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: (existsSync(namespaceFile) && readFileSync(namespaceFile, 'utf8').trim()) || 'default',
    authority: { file: join(folder, 'ca.crt') },
    skipVerify: false,
    inPod: true,
    user: { name: 'service account', tokenFile: join(folder, 'token'), certificate: {}, key: {} },
  };
}
