import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { z } from 'zod';
import { attachBed, type Bed, type KServeHandle } from '../../bed/index.ts';
import { type Cluster, openCluster } from '../cluster.ts';
import { startController } from '../controller.ts';
import { type Gateway, openGateway } from '../gateway.ts';

/** The bed, and one controller that follows all of its cluster: what the tests of a file share. */
export interface Stage {
  bed: Bed;
  kserve: KServeHandle;
  cluster: Cluster;
  gateway: Gateway;
  /** What the controller has logged of one object's rows so far: `delete withdrawn`, in the order of time. */
  logged(namespace: string, name: string): string[];
  /** A new namespace, which goes with the stage. */
  namespace(): Promise<string>;
  close(): Promise<void>;
}

/** Opens the stage with the real controller on it. Nothing here writes a status: KServe does. */
export async function openStage({
  sources = ['inference-service'],
}: {
  sources?: readonly string[];
} = {}): Promise<Stage> {
  const bed = attachBed(inject('bed'));
  const { kserve } = bed;
  if (!kserve) throw new Error('This bed has no KServe: start it with "npm run bed -- --kserve".');
  const cluster = openCluster(bed.kubernetes);
  const folder = await mkdtemp(join(tmpdir(), 'model-registrar-kserve-'));
  const keyFile = join(folder, 'key');
  await writeFile(keyFile, bed.litellm.masterKey, { mode: 0o600 });
  const gateway = openGateway(bed.litellm);
  await warmUp(gateway);
  const controller = await startController({
    kubeconfig: bed.kubernetes.kubeconfigPath,
    litellmUrl: bed.litellm.url,
    keyFile,
    ownerId: `kserve-${randomBytes(4).toString('hex')}`,
    // Beside 20 calls a second LiteLLM takes its time for a write.
    settings: { 'log-level': 'info', 'litellm-timeout': '30s', source: sources },
  });
  const namespaces: string[] = [];

  return {
    bed,
    kserve,
    cluster,
    gateway,
    logged: (namespace, name) => {
      const lines = controller.output().split('\n');
      return lines.flatMap((line) => changeOf(line, `inference-service/${namespace}/${name}`) ?? []);
    },
    namespace: async () => {
      const name = `t-${randomBytes(4).toString('hex')}`;
      await cluster.createNamespace(name);
      namespaces.push(name);
      return name;
    },
    close: async () => {
      await Promise.all(
        namespaces.map((name) =>
          cluster.call('DELETE', `/api/v1/namespaces/${name}`, undefined, { accept: [404, 409] }),
        ),
      );
      await controller.kill();
      await bed.postgres.psql('DELETE FROM "LiteLLM_ProxyModelTable"');
      await Promise.all([bed.close(), cluster.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const changeSchema = z.object({
  msg: z.literal('model changed in LiteLLM'),
  source: z.string(),
  change: z.string(),
  why: z.string().optional(),
});

/** What a line of the log says of a change of this source's rows. */
function changeOf(line: string, source: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const { success, data } = changeSchema.safeParse(JSON.parse(line));
  return success && data.source === source ? `${data.change} ${data.why ?? ''}`.trim() : undefined;
}

/** LiteLLM loads parts of itself at their first use, which takes seconds on a busy machine: those are not to be taken for the controller's. */
async function warmUp(gateway: Gateway): Promise<void> {
  const name = `warm-${randomBytes(4).toString('hex')}`;
  const params = {
    model: `hosted_vllm/${name}`,
    api_base: 'http://nobody.nowhere.svc.cluster.local/v1',
    api_key: 'none',
  };
  const id = await gateway.addByHand({ name, params });
  await gateway.chat(name);
  await gateway.edit(id, { model_info: { notes: 'warm' } });
  await gateway.deleteRow(id);
}
