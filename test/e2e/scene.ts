import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { attachBed, type Bed, type ModelServer } from '../bed/index.ts';
import type { StatusWish, Wish } from '../support/inference-services.ts';
import { until } from '../support/wait.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { type Controller, type ControllerOptions, startController } from './controller.ts';
import { type Gateway, openGateway } from './gateway.ts';

/** The bed made ready for one test: no InferenceService, no row, an own namespace and owner id. */
export interface Scene {
  bed: Bed;
  cluster: Cluster;
  gateway: Gateway;
  namespace: string;
  ownerId: string;
  keyFile: string;
  /** Starts the real program; it is ended with the scene. */
  controller(options?: Partial<ControllerOptions>, waitForReady?: boolean): Promise<Controller>;
  /** Applies an InferenceService into the scene's namespace unless told otherwise; gives its uid. */
  apply(wish: Wish): Promise<string>;
  /** As `apply`, with a stub model server behind its in-cluster address that serves its name (or `served`); then it becomes Ready. */
  serve(wish: Wish & Partial<StatusWish> & { served?: string[]; basePath?: string }): Promise<ModelServer>;
  setStatus(wish: StatusWish): Promise<void>;
  remove(name: string): Promise<void>;
  /** `reason: message` of an object's Events. */
  events(name: string, namespace?: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const bed = attachBed(inject('bed'));
  const cluster = openCluster(bed.kubernetes);
  const gateway = openGateway(bed.litellm);
  await cluster.clear();
  await bed.postgres.psql('DELETE FROM "LiteLLM_ProxyModelTable"');
  await until('LiteLLM has forgotten earlier rows', async () => (await gateway.models()).length === 0, 30_000);

  const namespace = `t-${randomBytes(4).toString('hex')}`;
  const ownerId = `e2e-${namespace}`;
  await cluster.createNamespace(namespace);
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-e2e-'));
  const keyFile = join(folder, 'key');
  await writeFile(keyFile, bed.litellm.masterKey, { mode: 0o600 });
  const controllers: Controller[] = [];

  const controller: Scene['controller'] = async (options = {}, waitForReady = true) => {
    const started = await startController(
      { kubeconfig: bed.kubernetes.kubeconfigPath, litellmUrl: bed.litellm.url, keyFile, ownerId, ...options },
      waitForReady,
    );
    controllers.push(started);
    return started;
  };
  const apply: Scene['apply'] = (wish) => cluster.apply({ namespace, ...wish });
  const setStatus: Scene['setStatus'] = (wish) => cluster.setStatus({ namespace, ...wish });

  return {
    bed,
    cluster,
    gateway,
    namespace,
    ownerId,
    keyFile,
    controller,
    apply,
    setStatus,
    serve: async ({ served, basePath = '/openai/v1', ...wish }) => {
      const within = wish.namespace ?? namespace;
      const server = await bed.serve(`${wish.name}-predictor.${within}`, { served: served ?? [wish.name], basePath });
      await apply(wish);
      await setStatus({ ...wish, namespace: within });
      return server;
    },
    remove: (name) => cluster.remove(name, namespace),
    events: async (name, within = namespace) =>
      (await cluster.events(name, within)).map(({ reason, message }) => `${reason}: ${message}`),
    close: async () => {
      await Promise.all(controllers.map((one) => one.kill()));
      await Promise.all([bed.close(), cluster.clear()]);
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
