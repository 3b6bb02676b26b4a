import { rm } from 'node:fs/promises';
import { abortSteps, type BedSettings, type Operation, openApi, type Report } from '../base/index.ts';
import {
  abandonBuilds,
  controllerBinaries,
  kserveBinaries,
  kubernetesBinaries,
  liteLlm,
  needPostgres,
  type Progress,
} from '../build/index.ts';
import { openControl } from './control.ts';
import { makeFolder } from './folder.ts';
import { openGateway } from './gateway.ts';
import { openPods, startKServe } from './kserve/index.ts';
import { KSERVE_KINDS, LLM_KINDS, startKubernetes } from './kubernetes.ts';
import { prepareLiteLlm } from './litellm.ts';
import { startPostgres } from './postgres.ts';
import { createServices, type Services } from './service.ts';

type Tell = (what: Report) => void;

/**
 * Builds what is missing, starts everything, reports where it is, and ends everything once `ending` resolves or something failed.
 * Throws BedError when a build or a start fails.
 */
export async function runBed(settings: BedSettings, tell: Tell, ending: PromiseWithResolvers<void>): Promise<void> {
  const services = createServices();
  const aborted = ending.promise.then(() => 'aborted' as const);
  const folder = await makeFolder();
  try {
    const up = start(settings, folder, services, tell, ending);
    if ((await Promise.race([up, aborted])) !== 'aborted') await aborted;
    up.catch(() => undefined); // Broken off on purpose.
  } finally {
    abortSteps();
    await services.endAll();
    await abandonBuilds();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function start(
  settings: BedSettings,
  folder: string,
  services: Services,
  tell: Tell,
  ending: PromiseWithResolvers<void>,
): Promise<void> {
  const progress = (text: string): void => tell({ kind: 'step', text });
  const timed = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const started = performance.now();
    progress(`starting ${what}`);
    const result = await work;
    progress(`${what}: ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return result;
  };

  const postgresFolder = await needPostgres(progress);
  const [binaries, installation] = await Promise.all([allBinaries(settings, progress), liteLlm(progress)]);
  if (settings.buildOnly) {
    tell({ kind: 'built' });
    return ending.resolve();
  }

  const gateway = await openGateway();
  const database = async () => {
    const postgres = await timed(
      'PostgreSQL',
      startPostgres(services, folder, postgresFolder, installation.migrations),
    );
    const around = { services, folder, installation, databaseUrl: postgres.url, gatewayUrl: gateway.url };
    const proxy = await prepareLiteLlm(around, { ...settings, callLogs: !settings.kserve });
    const wanted = Array.from({ length: settings.replicas }, () => proxy.addReplica());
    return { postgres, proxy, replicas: await timed('LiteLLM', Promise.all(wanted)) };
  };
  const kinds = settings.llmInferenceService || settings.kserve ? [...KSERVE_KINDS, ...LLM_KINDS] : KSERVE_KINDS;
  const cluster = async () => {
    const wish = { kinds, controllers: binaries.kserve !== undefined };
    const kubernetes = await timed('etcd and kube-apiserver', startKubernetes(services, folder, binaries, wish));
    if (binaries.kserve === undefined) return kubernetes;
    const all = { ...binaries, ...binaries.kserve };
    await timed('KServe', startKServe({ services, folder, kubernetes, binaries: all }));
    gateway.answerForPods(openPods(await openApi(kubernetes)));
    return kubernetes;
  };
  const [kubernetes, { postgres, proxy, replicas }] = await Promise.all([cluster(), database()]);

  const perform = async (operation: Operation): Promise<unknown> => {
    switch (operation.op) {
      case 'service':
        return services.get(operation.name)[operation.action]();
      case 'services':
        return services.all().map((service) => service.status());
      case 'add-replica':
        return (await proxy.addReplica(operation.env)).coordinates;
      case 'route':
        return gateway.route(operation.host, operation.target);
      case 'unroute':
        return gateway.unroute(operation.host);
      case 'gateway-calls':
        return gateway.calls();
      case 'end':
        return ending.resolve();
    }
  };
  const control = await openControl(perform);
  const { server, kubeconfigPath, caFile, adminToken, nobodyToken } = kubernetes;
  tell({
    kind: 'ready',
    coordinates: {
      folder,
      keeper: { ...control, pid: process.pid },
      kubernetes: { server, kubeconfigPath, caFile, adminToken, nobodyToken, kubectl: binaries.kubectl },
      kserve: settings.kserve,
      litellm: {
        masterKey: proxy.masterKey,
        python: installation.python,
        replicas: replicas.map((replica) => replica.coordinates),
      },
      postgres: { url: postgres.url, psql: postgres.psql },
      gateway: { url: gateway.url },
    },
  });
}

/** The level *kserve* is built beside the rest: linking has one core to itself, and sources are fetched meanwhile. */
async function allBinaries(settings: BedSettings, progress: Progress) {
  if (!settings.kserve) return { ...(await kubernetesBinaries(progress)), kserve: undefined };
  const kubernetes = async () => {
    const binaries = await kubernetesBinaries(progress);
    return { ...binaries, controllers: await controllerBinaries(progress) };
  };
  const [{ controllers, ...binaries }, kserve] = await Promise.all([kubernetes(), kserveBinaries(progress)]);
  return { ...binaries, kserve: { ...kserve, ...controllers } };
}
