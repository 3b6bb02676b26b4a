import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { BedError, freePort, kubeconfig, run, waitFor } from '../base/index.ts';
import type { KubernetesBinaries } from '../build/index.ts';
import type { Service, Services } from './service.ts';

export interface Kubernetes {
  etcd: Service;
  apiserver: Service;
  server: string;
  kubeconfigPath: string;
  caFile: string;
  adminToken: string;
  nobodyToken: string;
  /** Signs the tokens of ServiceAccounts. */
  signingKeyFile: string;
}

export interface KubernetesWish {
  /** KServe's kinds whose CRDs are applied. */
  kinds: readonly string[];
  /** Whether a controller makes the ServiceAccounts that pods need. */
  controllers: boolean;
}

export const KSERVE_KINDS = ['inferenceservices', 'servingruntimes', 'clusterservingruntimes'];
export const LLM_KINDS = ['llminferenceservices', 'llminferenceserviceconfigs'];

/** Starts etcd and kube-apiserver on loopback and applies KServe's CRDs. No controller runs yet. */
export async function startKubernetes(
  services: Services,
  folder: string,
  binaries: KubernetesBinaries,
  wish: KubernetesWish,
): Promise<Kubernetes> {
  const certs = join(folder, 'certs');
  await mkdir(certs);
  const etcd = await etcdService(services, folder, binaries.etcd);
  await etcd.service.start();

  const port = await freePort();
  const server = `https://127.0.0.1:${port}`;
  const adminToken = randomBytes(16).toString('hex');
  const nobodyToken = randomBytes(16).toString('hex');
  // The server makes its certificate there at its first start: the file holds it and the CA that signed it.
  const caFile = join(certs, 'apiserver.crt');
  const kubeconfigPath = join(folder, 'kubeconfig');
  const tokens = join(certs, 'tokens.csv');
  const signingKey = join(certs, 'service-accounts.key');
  await writeFile(tokens, `${adminToken},admin,admin,"system:masters"\n${nobodyToken},nobody,nobody\n`, {
    mode: 0o600,
  });
  await writeFile(signingKey, rsaKey(), { mode: 0o600 });

  const kubectl = (args: readonly string[]) =>
    run(binaries.kubectl, ['--kubeconfig', kubeconfigPath, '--cache-dir', join(folder, 'kubectl-cache'), ...args]);
  const apiserver = services.add({
    name: 'kube-apiserver',
    command: binaries.apiserver,
    args: flags({
      'etcd-servers': etcd.url,
      'bind-address': '127.0.0.1',
      'secure-port': String(port),
      'cert-dir': certs,
      'token-auth-file': tokens,
      'authorization-mode': 'RBAC',
      'service-cluster-ip-range': '10.0.0.0/24',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': signingKey,
      'service-account-signing-key-file': signingKey,
      ...(wish.controllers ? {} : { 'disable-admission-plugins': 'ServiceAccount' }),
      // A Service's endpoints may not be on loopback.
      'endpoint-reconciler-type': 'none',
    }),
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    logFile: join(folder, 'kube-apiserver.log'),
    readyWithinMs: 120_000,
    isReady: () => isServing(`${server}/readyz`, caFile),
  });
  await writeFile(kubeconfigPath, kubeconfig(server, caFile, adminToken), { mode: 0o600 });
  await apiserver.start();
  await applyCrds(kubectl, binaries.crds, wish.kinds);
  return {
    etcd: etcd.service,
    apiserver,
    server,
    kubeconfigPath,
    caFile,
    adminToken,
    nobodyToken,
    signingKeyFile: signingKey,
  };
}

async function etcdService(
  services: Services,
  folder: string,
  command: string,
): Promise<{ service: Service; url: string }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peers = `http://127.0.0.1:${await freePort()}`;
  const service = services.add({
    name: 'etcd',
    command,
    args: [
      '--unsafe-no-fsync',
      ...flags({
        name: 'bed',
        'data-dir': join(folder, 'etcd'),
        'log-level': 'warn',
        'listen-client-urls': url,
        'advertise-client-urls': url,
        'listen-peer-urls': peers,
        'initial-advertise-peer-urls': peers,
        'initial-cluster': `bed=${peers}`,
      }),
    ],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    logFile: join(folder, 'etcd.log'),
    readyWithinMs: 60_000,
    isReady: async () => (await fetch(`${url}/health`)).ok,
  });
  return { service, url };
}

async function applyCrds(
  kubectl: (args: readonly string[]) => Promise<unknown>,
  crds: string,
  kinds: readonly string[],
): Promise<void> {
  const files = kinds.flatMap((kind) => ['-f', join(crds, `serving.kserve.io_${kind}.yaml`)]);
  try {
    await kubectl(['apply', '--server-side', '--validate=false', '--field-manager', 'bed', ...files]);
    await waitFor('the CRDs are established', async () => {
      await kubectl(['wait', '--for', 'condition=Established', 'crd', '--all', '--timeout', '60s']);
      return true;
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BedError('start-failed', `KServe's CRDs in ${crds} could not be applied: ${why}`, { cause: error });
  }
}

/** Whether one of Kubernetes' servers says that it is ready; whoever asks may know that. */
export async function isServing(
  url: string,
  caFile: string,
  fits: (status: number) => boolean = (status) => status === 200,
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const asked = get(url, { ca: await readFile(caFile), agent: false, timeout: 5_000 }, (answer) => {
    answer.resume();
    resolve(fits(answer.statusCode ?? 0));
  });
  asked.once('error', reject);
  asked.once('timeout', () => asked.destroy());
  return promise;
}

/** Flags as Kubernetes' programs read them. */
export function flags(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}

function rsaKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return privateKey;
}
