import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { which } from '../base/index.ts';
import { cached, type Progress } from './cache.ts';
import { goBuild, goModule } from './go-build.ts';
import { KSERVE_MODULE } from './modules.ts';
import { ETCD_VERSION, KSERVE_VERSION, KUBERNETES_VERSION } from './versions.ts';

const GO = join(import.meta.dirname, 'go');

export interface KubernetesBinaries {
  etcd: string;
  apiserver: string;
  kubectl: string;
  /** A folder of YAML files, KServe's CustomResourceDefinitions. */
  crds: string;
}

const [, MAJOR, MINOR] = /^v(\d+)\.(\d+)\./.exec(KUBERNETES_VERSION) ?? [];
/** Without the version kubectl cannot parse what the server says of itself. */
const VERSION = { gitVersion: KUBERNETES_VERSION, gitMajor: MAJOR, gitMinor: MINOR };

/**
 * etcd, kube-apiserver, kubectl and KServe's CRDs, from the Go module proxy: the only place that serves the sources of these versions whole and
 * checked (go.sum). Throws BedError when a build fails or Go is missing.
 */
export async function kubernetesBinaries(progress: Progress): Promise<KubernetesBinaries> {
  // The big one last: the small ones then do not wait for it, and it has both cores.
  const etcd = await etcdBinary(progress);
  const crds = await kserveCrds(progress);
  const apiserver = await kubernetesBinary('kube-apiserver', progress);
  const kubectl = (await which('kubectl')) ?? (await kubernetesBinary('kubectl', progress));
  return { etcd, crds, apiserver, kubectl };
}

async function etcdBinary(progress: Progress): Promise<string> {
  const source = join(GO, 'etcd');
  const thing = {
    name: `etcd-${ETCD_VERSION}`,
    what: `etcd ${ETCD_VERSION}`,
    inputs: [join(source, 'go.sum'), join(source, 'main.go')],
    build: async (folder: string, logFile: string) =>
      goBuild({ source, package: '.', output: join(folder, 'etcd'), logFile, progress }),
  };
  return join(await cached(thing, progress), 'etcd');
}

/** One of Kubernetes' own programs, of the version of the API server. */
export async function kubernetesBinary(name: string, progress: Progress): Promise<string> {
  const source = join(GO, 'kubernetes');
  const set = Object.entries(VERSION).map(([key, value]) => `k8s.io/component-base/version.${key}=${value}`);
  const thing = {
    name: `${name}-${KUBERNETES_VERSION}`,
    what: `${name} ${KUBERNETES_VERSION}`,
    inputs: [join(source, 'go.sum'), join(source, name, 'main.go')],
    build: async (folder: string, logFile: string) =>
      goBuild({ source, package: `./${name}`, output: join(folder, name), logFile, progress, set }),
  };
  return join(await cached(thing, progress), name);
}

async function kserveCrds(progress: Progress): Promise<string> {
  const thing = {
    name: `kserve-crds-${KSERVE_VERSION}`,
    what: `KServe's CRDs ${KSERVE_VERSION}`,
    inputs: [],
    build: async (folder: string) => {
      const source = join(await goModule(KSERVE_MODULE, progress), 'config', 'crd', 'full');
      for (const sub of ['', 'llmisvc']) {
        for (const file of await readdir(join(source, sub))) {
          if (file.startsWith('serving.kserve.io_')) await copyFile(join(source, sub, file), join(folder, file));
        }
      }
    },
  };
  return cached(thing, progress);
}
