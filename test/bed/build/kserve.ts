import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BedError } from '../base/index.ts';
import { cached, type Progress } from './cache.ts';
import { type GoBuild, goBuild, goModule } from './go-build.ts';
import { kubernetesBinary } from './kubernetes.ts';
import { CRD_MODULES, KSERVE_MODULE, KWOK_MODULE } from './modules.ts';

const MODULES = join(import.meta.dirname, 'modules.ts');

/** What the level *kserve* runs beside etcd and kube-apiserver. */
export interface KServeBinaries {
  controllerManager: string;
  scheduler: string;
  /** The simulated kubelet, and its stage that makes nodes Ready. */
  kwok: string;
  nodeStage: string;
  /** KServe's controller. */
  kserve: string;
  /** KServe's own manifests: the folder `config` of its repository. */
  config: string;
  /** KServe's controller of LLMInferenceServices. */
  llmisvc: string;
  /** Its manifests: presets, webhooks, and the CRDs of others that it watches (`crds`). */
  llmConfig: string;
}

/** kube-controller-manager and kube-scheduler: of the same sources as the API server, so built after it. */
export async function controllerBinaries(
  progress: Progress,
): Promise<Pick<KServeBinaries, 'controllerManager' | 'scheduler'>> {
  const controllerManager = await kubernetesBinary('kube-controller-manager', progress);
  return { controllerManager, scheduler: await kubernetesBinary('kube-scheduler', progress) };
}

/** kwok, and KServe's controllers with their manifests. */
export async function kserveBinaries(
  progress: Progress,
): Promise<Omit<KServeBinaries, 'controllerManager' | 'scheduler'>> {
  const kwok = await kwokFolder(progress);
  const kserve = await kserveFolder(progress);
  const llm = await llmFolder(progress);
  return {
    kwok: join(kwok, 'kwok'),
    nodeStage: join(kwok, 'node-initialize.yaml'),
    kserve: join(kserve, 'manager'),
    config: join(kserve, 'config'),
    llmisvc: join(llm, 'manager'),
    llmConfig: join(llm, 'config'),
  };
}

function kwokFolder(progress: Progress): Promise<string> {
  const name = `kwok-${KWOK_MODULE.version}`;
  const build = async (folder: string, logFile: string): Promise<void> => {
    const source = await goModule(KWOK_MODULE, progress);
    const stage = join(source, 'kustomize', 'stage', 'node', 'fast', 'node-initialize.yaml');
    await writeFile(join(folder, 'node-initialize.yaml'), await readFile(stage));
    await goBuild({ source, package: './cmd/kwok', output: join(folder, 'kwok'), logFile, progress });
  };
  return cached({ name, what: `kwok ${KWOK_MODULE.version}`, inputs: [MODULES], build }, progress);
}

function kserveFolder(progress: Progress): Promise<string> {
  const name = `kserve-${KSERVE_MODULE.version}`;
  const build = async (folder: string, logFile: string): Promise<void> => {
    const source = await goModule(KSERVE_MODULE, progress);
    for (const part of ['crd/full', 'configmap', 'runtimes', 'storagecontainers', 'webhook']) {
      await copy(join(source, 'config', part), join(folder, 'config', part));
    }
    const wanted = { source, package: './cmd/manager', output: join(folder, 'manager'), logFile, progress };
    await buildOnLoopback(wanted, folder);
  };
  return cached({ name, what: `KServe's controller ${KSERVE_MODULE.version}`, inputs: [MODULES], build }, progress);
}

function llmFolder(progress: Progress): Promise<string> {
  const name = `kserve-llmisvc-${KSERVE_MODULE.version}`;
  const build = async (folder: string, logFile: string): Promise<void> => {
    const source = await goModule(KSERVE_MODULE, progress);
    for (const part of ['llmisvcconfig', 'webhook/llmisvc']) {
      await copy(join(source, 'config', part), join(folder, 'config', part));
    }
    for (const { crds, ...module } of CRD_MODULES) {
      const from = join(await goModule(module, progress), crds);
      for (const file of (await readdir(from)).filter((each) => each.endsWith('.yaml'))) {
        if (/kustomization|_vap_/.test(file)) continue;
        await copy(join(from, file), join(folder, 'config', 'crds', file));
      }
    }
    const wanted = { source, package: './cmd/llmisvc', output: join(folder, 'manager'), logFile, progress };
    await buildOnLoopback(wanted, folder);
  };
  const what = `KServe's controller of LLMInferenceServices ${KSERVE_MODULE.version}`;
  return cached({ name, what, inputs: [MODULES], build }, progress);
}

/** KServe's controller can be told the port of its webhooks and not the address: it would listen on all of them. One line is changed. */
async function buildOnLoopback(wanted: GoBuild, folder: string): Promise<void> {
  const source = join(folder, 'source');
  const main = join(wanted.package, 'main.go');
  for (const part of ['go.mod', 'go.sum', wanted.package, 'pkg'])
    await copy(join(wanted.source, part), join(source, part));
  const text = await readFile(join(source, main), 'utf8');
  const port = /\bPort: options\.webhookPort,/g;
  if (text.match(port)?.length !== 1) {
    throw new BedError('build-failed', `${main} sets the port of its webhooks in another way: change buildOnLoopback.`);
  }
  await writeFile(
    join(source, main),
    text.replace(port, (found) => `${found} Host: "127.0.0.1",`),
  );
  await goBuild({ ...wanted, source });
  await rm(source, { recursive: true });
}

/** Copies the contents of files alone: Go's module cache is read-only, and a copy of its folders could be neither changed nor removed. */
async function copy(from: string, to: string): Promise<void> {
  const files = (await stat(from)).isDirectory() ? await readdir(from, { recursive: true }) : [''];
  for (const file of files) {
    if ((await stat(join(from, file))).isDirectory()) continue;
    await mkdir(dirname(join(to, file)), { recursive: true });
    await writeFile(join(to, file), await readFile(join(from, file)));
  }
}
