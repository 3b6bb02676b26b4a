import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type BedCoordinates, BedError, kubeconfig, run, waitFor } from '../base/index.ts';
import type { Ask } from './ask.ts';
import { createServerHandle, type ServerHandle } from './server.ts';

/** A real API server with KServe's CRDs. On the first level no controller runs beside it: statuses are what a test patches. */
export interface KubernetesHandle {
  readonly server: string;
  /** The administrator's. */
  readonly kubeconfigPath: string;
  readonly caFile: string;
  readonly adminToken: string;
  /** A user who is known and may do nothing. */
  readonly nobodyToken: string;
  readonly apiserver: ServerHandle;
  readonly etcd: ServerHandle;
  /** Runs kubectl as the administrator and gives what it prints. Throws BedError `command-failed` with what it says. */
  kubectl: (args: readonly string[], stdin?: string) => Promise<string>;
  /** Applies objects server-side. */
  apply(...objects: readonly object[]): Promise<void>;
  /** Makes a namespace; fine when it is there. On the first level none is ever really deleted: take a new name for each test. */
  createNamespace(name: string): Promise<void>;
  /** A token of a ServiceAccount that exists, with exactly its rights. */
  serviceAccountToken(namespace: string, name: string): Promise<string>;
  /** Writes a kubeconfig for a token into the bed's folder and gives its path. */
  kubeconfigFor(token: string): Promise<string>;
  /** Stops the API server and starts it again, on the same port. */
  restart(): Promise<void>;
  /** Reads all CRDs; what it gives puts those back that are missing then, and waits until they are served. */
  keepCrds(): Promise<() => Promise<void>>;
  /**
   * Empties the cluster: etcd and the API server are stopped, etcd's data is thrown away, both are started again. Then there is only what the API server
   * makes by itself, and versions begin anew. Gives what puts the CRDs back; without them the tests that follow have no ground to stand on.
   */
  wipe(): Promise<() => Promise<void>>;
}

const crdsSchema = z.object({
  items: z.array(
    // Without the status: that is the server's to write.
    z.object({
      apiVersion: z.string(),
      kind: z.string(),
      metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
      spec: z
        .object({
          group: z.string(),
          names: z.looseObject({ plural: z.string() }),
          versions: z.array(z.looseObject({ name: z.string(), served: z.boolean() })),
        })
        .loose(),
    }),
  ),
});

/** The handle on a bed's Kubernetes. */
export function createKubernetesHandle(coordinates: BedCoordinates, ask: Ask): KubernetesHandle {
  const { folder, kubernetes } = coordinates;
  const apiserver = createServerHandle('kube-apiserver', ask);
  const kubectl = async (args: readonly string[], stdin?: string): Promise<string> => {
    const whole = ['--kubeconfig', kubernetes.kubeconfigPath, '--cache-dir', join(folder, 'kubectl-cache'), ...args];
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    return (await run(kubernetes.kubectl, whole, { env, ...(stdin === undefined ? {} : { stdin }) })).stdout;
  };
  const apply = async (...objects: readonly object[]): Promise<void> => {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await kubectl(
      ['apply', '--server-side', '--force-conflicts', '--field-manager', 'test', '-f', '-'],
      JSON.stringify(list),
    );
  };
  const { server, kubeconfigPath, caFile, adminToken, nobodyToken } = kubernetes;
  const etcd = createServerHandle('etcd', ask);
  const keepCrds = async (): Promise<() => Promise<void>> => {
    const { items } = crdsSchema.parse(JSON.parse(await kubectl(['get', 'crd', '-o', 'json'])));
    return async () => {
      await apply(...items);
      for (const { spec } of items) {
        const version = spec.versions.find(({ served }) => served)?.name ?? '';
        const path = `/apis/${spec.group}/${version}/${spec.names.plural}?limit=1`;
        await waitFor(`${spec.names.plural} are served`, async () => {
          await kubectl(['get', '--raw', path]);
          return true;
        });
      }
    };
  };
  return {
    server,
    kubeconfigPath,
    caFile,
    adminToken,
    nobodyToken,
    apiserver,
    etcd,
    kubectl,
    apply,
    createNamespace: (name) => apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
    serviceAccountToken: async (namespace, name) =>
      (await kubectl(['create', 'token', name, '--namespace', namespace, '--duration', '2h'])).trim(),
    kubeconfigFor: async (token) => {
      const file = join(folder, `kubeconfig-${randomUUID().slice(0, 8)}`);
      await writeFile(file, kubeconfig(server, caFile, token), { mode: 0o600 });
      return file;
    },
    restart: async () => {
      await apiserver.stop();
      await apiserver.start();
    },
    keepCrds,
    wipe: async () => {
      if (coordinates.kserve) throw new BedError('control-failed', 'KServe would not survive an empty cluster.');
      const putBack = await keepCrds();
      await apiserver.stop();
      await etcd.stop();
      await rm(join(folder, 'etcd'), { recursive: true });
      await etcd.start();
      await apiserver.start();
      return putBack;
    },
  };
}
