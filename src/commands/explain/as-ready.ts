import { z } from 'zod';
import { withIdentity } from './identity.ts';
import type { Manifest } from './read-input.ts';
import type { Runtimes } from './runtimes.ts';

/** An object as it would be once it serves, and what had to be supposed for that. */
export interface Supposed {
  raw: unknown;
  notes: string[];
  /** The serving runtime that it names, where the input does not have it: only that may tell what is missing. */
  unknownRuntime?: string;
}

const Spec = z.object({
  spec: z.object({
    predictor: z.object({
      model: z
        .object({ runtime: z.string().optional(), modelFormat: z.object({ name: z.string() }).optional() })
        .optional(),
      huggingface: z.object({ runtime: z.string().optional() }).optional(),
      workerSpec: z.looseObject({}).nullish(),
    }),
    transformer: z.unknown().optional(),
  }),
  metadata: z.object({ annotations: z.record(z.string(), z.unknown()).optional() }),
});

/**
 * Supposes of a manifest that its object serves: with the status that KServe would write, its address apart, which only KServe knows.
 *
 * @param manifest - of a kind of KServe's; others get their identity alone
 * @param namespace - for an object that names none
 * @throws PlainError where it has no name
 */
export function asReady(manifest: Manifest, namespace: string, runtimes: Runtimes): Supposed {
  const object = withIdentity(manifest, namespace);
  if (manifest.kind === 'LLMInferenceService')
    return {
      raw: { ...object, status: statusOfLlm(object.metadata.name, object.metadata.namespace ?? namespace) },
      notes: [],
    };
  if (manifest.kind !== 'InferenceService') return { raw: object, notes: [] };
  const parsed = Spec.safeParse(object);
  const { predictor, transformer } = parsed.success ? parsed.data.spec : { predictor: {}, transformer: undefined };
  const { name, namespace: within = namespace } = object.metadata;
  const notes: string[] = [];
  const model = predictor.model ?? predictor.huggingface;
  const format = predictor.model?.modelFormat?.name ?? (predictor.huggingface && 'huggingface');
  const multiNode = Boolean(predictor.workerSpec);
  const runtime = model && runtimes.choose(within, { runtime: model.runtime, format, multiNode });
  if (runtime && !runtime.given)
    notes.push(`The serving runtime ${runtime.name} is not in the input: it is taken as KServe 0.20 installs it.`);
  else if (runtime && !model?.runtime) notes.push(`KServe would choose the serving runtime ${runtime.name} for it.`);
  const annotations = parsed.success ? parsed.data.metadata.annotations : undefined;
  return {
    raw: { ...object, status: statusOf({ name, within, runtime, transformer, annotations }) },
    notes,
    ...(model?.runtime && !runtime && { unknownRuntime: model.runtime }),
  };
}

function statusOf(object: {
  name: string;
  within: string;
  runtime: { kind: string; name: string } | undefined;
  transformer: unknown;
  annotations: Record<string, unknown> | undefined;
}): object {
  const { name, within, runtime, transformer, annotations } = object;
  const mode = annotations?.['serving.kserve.io/deploymentMode'] ?? 'Standard';
  const condition = (type: string, reason?: string) => ({ type, status: 'True', ...(reason && { reason }) });
  const component = transformer === undefined || transformer === null ? 'predictor' : 'transformer';
  return {
    url: `https://${name}-${within}.example.com`,
    address: { url: `http://${name}-${component}.${within}.svc.cluster.local` },
    deploymentMode: mode,
    ...(runtime?.kind === 'ServingRuntime' && { servingRuntimeName: runtime.name }),
    ...(runtime?.kind === 'ClusterServingRuntime' && { clusterServingRuntimeName: runtime.name }),
    conditions: [
      condition('Ready'),
      condition('PredictorReady', 'NewReplicaSetAvailable'),
      condition('IngressReady'),
      ...(component === 'transformer' ? [condition('TransformerReady')] : []),
    ],
    modelStatus: { transitionStatus: 'UpToDate', copies: { totalCopies: 1 } },
    components: { predictor: { latestReadyRevision: 'first', latestCreatedRevision: 'first' } },
  };
}

function statusOfLlm(name: string, within: string): object {
  return {
    addresses: [
      { url: `http://${name}-kserve-workload-svc.${within}.svc.cluster.local` },
      { name: 'gateway-external', url: `https://inference.example.com/${within}/${name}` },
    ],
    workloads: { primary: { kind: 'Deployment', name: `${name}-kserve`, readyReplicas: 1 } },
    conditions: [{ type: 'Ready', status: 'True' }],
  };
}
