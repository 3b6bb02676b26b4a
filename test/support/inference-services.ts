/** Builders of InferenceServices as KServe 0.20 shows them, for the sandbox and the real API server alike. */

export interface Wish {
  namespace?: string;
  name: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  predictor?: object;
  status?: object;
}

const PREFIX = 'model-registrar.io/';

/** A Hugging Face model in Standard mode; annotations of ours are given without their prefix. */
export function inferenceService({ namespace = 'llm', name, annotations = {}, labels, predictor, status }: Wish) {
  const own = Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : `${PREFIX}${key}`, value]);
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      namespace,
      name,
      annotations: { 'serving.kserve.io/deploymentMode': 'Standard', ...Object.fromEntries(own) },
      ...(labels && { labels }),
    },
    spec: {
      predictor: predictor ?? {
        minReplicas: 1,
        model: { modelFormat: { name: 'huggingface' }, storageUri: 'hf://example/model' },
      },
    },
    ...(status && { status }),
  };
}

/** The predictor of a Hugging Face model with these arguments. */
export function huggingFace(...args: string[]): object {
  return { minReplicas: 1, model: { modelFormat: { name: 'huggingface' }, args, storageUri: 'hf://example/model' } };
}

export interface StatusWish {
  name: string;
  namespace?: string;
  ready?: 'True' | 'False' | 'Unknown';
  copies?: number;
  /** PredictorReady's reason. */
  reason?: string;
  /** Generation of its Deployment, which rises with each change of the pods' template. */
  generation?: number;
  url?: string;
  /** The name of its ClusterServingRuntime; KServe's for Hugging Face unless given. */
  runtime?: string;
}

/** A status as KServe writes it in Standard mode. */
export function status({
  name,
  namespace = 'llm',
  ready = 'True',
  copies = 1,
  reason,
  generation = 3,
  url,
  runtime,
}: StatusWish) {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const predictorReason = reason ?? (ready === 'True' ? 'NewReplicaSetAvailable' : 'MinimumReplicasUnavailable');
  const condition = (type: string, of: string, more: object = {}) => ({
    type,
    status: of,
    lastTransitionTime,
    ...more,
  });
  return {
    observedGeneration: generation,
    url: `http://${name}-${namespace}.example.com`,
    address: { url: url ?? `http://${name}-predictor.${namespace}.svc.cluster.local` },
    components: { predictor: { url: `http://${name}-predictor-${namespace}.example.com` } },
    conditions: [
      condition('IngressReady', 'True'),
      condition('PredictorReady', ready, { reason: predictorReason, message: 'as the test has it' }),
      condition('Ready', ready),
      condition('Stopped', 'False', { severity: 'Info' }),
    ],
    modelStatus: {
      transitionStatus: 'UpToDate',
      states: { activeModelState: 'Loaded', targetModelState: 'Loaded' },
      copies: { failedCopies: 0, ...(copies > 0 && { totalCopies: copies }) },
    },
    deploymentMode: 'Standard',
    clusterServingRuntimeName: runtime ?? 'kserve-huggingfaceserver',
  };
}
