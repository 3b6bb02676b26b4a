import { parseArgs } from 'node:util';
import { buildBed, type OwnBed, startBed } from './index.ts';

const HELP = `Starts real servers to try model-registrar on: etcd and kube-apiserver with KServe's CRDs, LiteLLM on PostgreSQL.
All of them listen on 127.0.0.1 only, on free ports. They run until Ctrl-C and leave nothing behind.

Usage: npm run bed -- [options]

  --replicas N     LiteLLM processes on the one database, 1 to 4 (default 1)
  --reload N       how often LiteLLM reads its database, in seconds (default 2; LiteLLM's own default is 30)
  --kserve         KServe's own controller too, with simulated nodes: an InferenceService becomes Ready by itself
  --build-only     build what is missing in the cache, start nothing
  --json           print where the servers are as one line of JSON, for a program
  --help

The first start builds etcd, kube-apiserver and a Python environment: minutes. They are kept in
\${XDG_CACHE_HOME:-~/.cache}/model-registrar/bed. It needs go, python3 and PostgreSQL's server binaries.

Examples
  npm run bed
  npm run bed -- --replicas 2 --reload 10
  npm run bed -- --kserve
  CI=true npm run bed -- --build-only
`;

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      replicas: { type: 'string', default: '1' },
      reload: { type: 'string', default: '2' },
      kserve: { type: 'boolean', default: false },
      'build-only': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values['build-only']) return buildBed({ kserve: values.kserve });

  const interrupted = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.resolve());
  const { replicas, reload, kserve } = values;
  const starting = startBed({ replicas: Number(replicas), reloadIntervalSeconds: Number(reload), kserve });
  const bed = await Promise.race([starting, interrupted.promise]);
  if (bed === undefined) return; // The end of this process ends what was being started.
  process.stdout.write(values.json ? `${JSON.stringify(bed.coordinates)}\n` : greeting(bed));
  // A timer holds this process: the bed itself does not.
  const holding = setInterval(() => undefined, 60_000);
  const byItself = await Promise.race([interrupted.promise, bed.ended.then(() => true)]);
  clearInterval(holding);
  if (byItself === true) throw new Error('The bed ended by itself: its keeper was killed.');
  process.stderr.write('stopping\n');
  await bed.stop();
}

function greeting(bed: OwnBed): string {
  const { kubernetes, litellm } = bed;
  const others = litellm.replicas.slice(1).map((replica) => `# another replica of LiteLLM: ${replica.url}\n`);
  return `
export KUBECONFIG=${kubernetes.kubeconfigPath}
export MODEL_REGISTRAR_LITELLM_URL=${litellm.url}
export MODEL_REGISTRAR_LITELLM_KEY=${litellm.masterKey}
${others.join('')}
In another terminal, after these lines:
  kubectl get crd
  curl -s -H "Authorization: Bearer $MODEL_REGISTRAR_LITELLM_KEY" $MODEL_REGISTRAR_LITELLM_URL/v1/models
  node src/main.ts run

Logs: ${bed.coordinates.folder}
Ctrl-C stops it.
`;
}
