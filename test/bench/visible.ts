/**
 * How long after KServe's word a model is in LiteLLM: `npm run bench:visible`. For each of 50 objects the time from the patch of its status
 * to its row in `/model/info`; between them, in the same run, that of a bare `POST /model/new` of a like row. On the real servers of the bed.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBed } from '../bed/index.ts';
import { openCluster } from '../e2e/cluster.ts';
import { startController } from '../e2e/controller.ts';
import { openGateway } from '../e2e/gateway.ts';

const OBJECTS = 50;

const bed = await startBed();
const folder = await mkdtemp(join(tmpdir(), 'model-registrar-bench-'));
const keyFile = join(folder, 'key');
await writeFile(keyFile, bed.litellm.masterKey, { mode: 0o600 });
const cluster = openCluster(bed.kubernetes);
const gateway = openGateway(bed.litellm);
const namespace = `bench-${randomBytes(3).toString('hex')}`;
await cluster.createNamespace(namespace);
const kubeconfig = bed.kubernetes.kubeconfigPath;
const controller = await startController({
  kubeconfig,
  litellmUrl: bed.litellm.url,
  keyFile,
  ownerId: namespace,
  settings: { 'log-level': 'info', 'resync-interval': '60s', settle: '60s' },
});

const visible: number[] = [];
const bare: number[] = [];
for (let index = 0; index < OBJECTS; index += 1) {
  const name = `model-${index}`;
  await cluster.apply({ namespace, name, annotations: { enabled: 'true', 'max-model-len': '4096' } });
  const started = performance.now();
  await cluster.setStatus({ namespace, name });
  while (!(await gateway.models()).some((row) => row.model_name === name)) await pause(2);
  visible.push(performance.now() - started);

  const begun = performance.now();
  const params = { model: `hosted_vllm/bare-${index}`, api_base: 'http://bare.svc/v1', api_key: 'not-needed' };
  await gateway.addByHand({ name: `bare-${index}`, params, info: { max_tokens: 4096, max_input_tokens: 4096 } });
  bare.push(performance.now() - begun);
}

const at = (share: number, times: number[]): string =>
  `${Math.round(times.toSorted((one, other) => one - other)[Math.ceil(share * times.length) - 1] ?? 0)} ms`;
console.log(`| ${OBJECTS} objects, LiteLLM with up to ${2 * OBJECTS} rows | p50 | p95 |`);
console.log('|---|---|---|');
console.log(`| Ready patch → row in /model/info | ${at(0.5, visible)} | ${at(0.95, visible)} |`);
console.log(`| bare POST /model/new, same run | ${at(0.5, bare)} | ${at(0.95, bare)} |`);

await controller.stop();
await cluster.close();
await bed.stop();
await rm(folder, { recursive: true });
