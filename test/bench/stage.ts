import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OwnBed, startBed, waitFor } from '../bed/index.ts';
import { type Cluster, openCluster } from '../e2e/cluster.ts';
import { status } from '../support/inference-services.ts';
import { type Measured, type MeasuredOptions, startMeasured } from './tools/measured.ts';
import { manifest, type ObjectSize } from './tools/objects.ts';

const NAMESPACES = 20;
const AT_A_TIME = 16;
const COLLECTION = '/apis/serving.kserve.io/v1beta1';
const MERGE = 'application/merge-patch+json';

/** Real servers, started when a row first needs them and used by all that do. */
export interface Stage {
  bed(): Promise<OwnBed>;
  cluster(): Promise<Cluster>;
  /** The program on the real servers, with default settings but for these. */
  start(settings?: Record<string, string>): Promise<Measured>;
  /** Takes all objects out of Kubernetes and all models out of LiteLLM, which is started anew. */
  emptied(): Promise<void>;
  /** Sees to it that there are so many objects, of which the first so many are annotated and Ready. They are made, never changed. */
  objects(wish: { count: number; registered: number; size: ObjectSize }): Promise<void>;
  /** Bytes that an object has in the API server's answer, on average over the first page. */
  averageSize(): Promise<number>;
  /** How many rows LiteLLM's database holds. */
  rows(): Promise<number>;
  close(): Promise<void>;
}

export function createStage(): Stage {
  let started: Promise<OwnBed> | undefined;
  let opened: Promise<Cluster> | undefined;
  let folder: string | undefined;
  /** By number: the size of each object that is there. */
  let present: ObjectSize[] = [];
  let marked = 0;
  let namespaces = 0;

  function bed(): Promise<OwnBed> {
    // LiteLLM's own default, so that its reloads do not come between.
    started ??= startBed({ reloadIntervalSeconds: 30, configModels: false });
    return started;
  }

  function cluster(): Promise<Cluster> {
    opened ??= bed().then(({ kubernetes }) => openCluster(kubernetes));
    return opened;
  }

  async function start(settings: Record<string, string> = {}): Promise<Measured> {
    const { kubernetes, litellm } = await bed();
    folder ??= await mkdtemp(join(tmpdir(), 'model-registrar-bench-'));
    const keyFile = join(folder, 'key');
    await writeFile(keyFile, litellm.masterKey, { mode: 0o600 });
    const options: MeasuredOptions = {
      kubeconfig: kubernetes.kubeconfigPath,
      litellmUrl: litellm.url,
      keyFile,
      ownerId: 'bench',
      settings,
    };
    return startMeasured(options);
  }

  async function rows(): Promise<number> {
    return Number(await (await bed()).postgres.psql('SELECT count(*) FROM "LiteLLM_ProxyModelTable"'));
  }

  async function emptied(): Promise<void> {
    const api = await cluster();
    const { litellm, postgres } = await bed();
    const old = present.map((_, index) => index);
    present = [];
    marked = 0;
    await each(old, (index) => api.call('DELETE', pathOf(index), undefined, { accept: [404] }));
    await litellm.first.stop();
    await postgres.psql('DELETE FROM "LiteLLM_ProxyModelTable"');
    await litellm.first.start();
    await waitFor('LiteLLM lists nothing', async () => {
      const { body } = await litellm.request('GET', '/model/info');
      const { data } = body as { data: { model_info: { db_model?: boolean } }[] };
      return data.every(({ model_info }) => model_info.db_model !== true);
    });
  }

  async function objects({ count, registered, size }: { count: number; registered: number; size: ObjectSize }) {
    const api = await cluster();
    for (; namespaces < NAMESPACES; namespaces += 1) await api.createNamespace(`team-${namespaces}`);
    const wish = (index: number) => ({ ...placeOf(index), size, registered: index < registered });
    const surplus = present.flatMap((was, index) =>
      index >= count || (was !== size && index >= marked) ? [index] : [],
    );
    await each(surplus, (index) => api.call('DELETE', pathOf(index), undefined, { accept: [404] }));
    const gone = new Set(surplus);
    const kept = present.flatMap((was, index) => (gone.has(index) || was === size ? [] : [index]));
    // An object that has a row keeps its uid.
    await each(kept, async (index) => {
      const { metadata, spec } = manifest(wish(index));
      await api.call(
        'PATCH',
        pathOf(index),
        { metadata: { annotations: metadata.annotations }, spec },
        { contentType: MERGE },
      );
    });
    const missing = Array.from({ length: count }, (_, index) => index).filter(
      (index) => gone.has(index) || index >= present.length,
    );
    await each(missing, async (index) => {
      const { namespace } = placeOf(index);
      await api.call('POST', `${COLLECTION}/namespaces/${namespace}/inferenceservices`, manifest(wish(index)));
    });
    const unready = Array.from({ length: registered }, (_, index) => index).slice(marked);
    await each(unready, async (index) => {
      const annotations = { 'model-registrar.io/enabled': 'true' };
      await api.call('PATCH', pathOf(index), { metadata: { annotations } }, { contentType: MERGE });
      await api.call('PATCH', `${pathOf(index)}/status`, { status: status(placeOf(index)) }, { contentType: MERGE });
    });
    present = Array.from({ length: count }, () => size);
    marked = Math.max(marked, registered);
  }

  async function averageSize(): Promise<number> {
    const api = await cluster();
    const { items } = (await api.call('GET', `${COLLECTION}/inferenceservices?limit=500`)) as { items: object[] };
    return JSON.stringify(items).length / Math.max(1, items.length);
  }

  return {
    bed,
    cluster,
    start,
    emptied,
    objects,
    rows,
    averageSize,
    async close() {
      if (opened) await (await opened).close();
      if (started) await (await started).stop();
      if (folder) await rm(folder, { recursive: true });
    },
  };
}

export function placeOf(index: number): { namespace: string; name: string } {
  return { namespace: `team-${index % NAMESPACES}`, name: `model-${index}` };
}

export function pathOf(index: number): string {
  const { namespace, name } = placeOf(index);
  return `${COLLECTION}/namespaces/${namespace}/inferenceservices/${name}`;
}

/** Several at a time, as many as the API server takes without turning calls away. */
async function each(indices: readonly number[], act: (index: number) => Promise<unknown>): Promise<void> {
  const left = [...indices];
  const work = async (): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) await act(index);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}
