import { ANNOTATION_PREFIX } from '../../registration/index.ts';

/** Names an InferenceService. */
export interface Place {
  namespace: string;
  name: string;
}

/** What an InferenceService of the story is made of. */
export interface Manifest extends Place {
  /** The file that it is applied from. */
  file: string;
  /** Ours, without their prefix. */
  annotations: Readonly<Record<string, string>>;
  minReplicas: number;
  args: readonly string[];
  storageUri: string;
}

/** How far a model is, as KServe sees it. */
export interface Served {
  ready: 'True' | 'False';
  /** Pods that serve. */
  copies: number;
}

/** An InferenceService by reference. */
export function reference({ namespace, name }: Place) {
  return { kind: 'InferenceService', namespace, name };
}

/** `namespace/name`. */
export function placeText({ namespace, name }: Place): string {
  return `${namespace}/${name}`;
}

/** The object as a user writes it. */
export function inferenceService({ namespace, name, annotations, minReplicas, args, storageUri }: Manifest) {
  const ours = Object.entries(annotations).map(([key, value]) => [`${ANNOTATION_PREFIX}${key}`, value]);
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      namespace,
      name,
      annotations: { 'serving.kserve.io/deploymentMode': 'Standard', ...Object.fromEntries(ours) },
    },
    spec: { predictor: { minReplicas, model: { modelFormat: { name: 'huggingface' }, args: [...args], storageUri } } },
  };
}

/** A status as KServe v0.20 writes it in Standard mode. */
export function statusOf({ namespace, name }: Place, { ready, copies }: Served) {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const reason = ready === 'True' ? 'NewReplicaSetAvailable' : 'MinimumReplicasUnavailable';
  return {
    url: `http://${name}-${namespace}.example.com`,
    address: { url: `http://${name}-predictor.${namespace}.svc.cluster.local` },
    conditions: [
      { type: 'IngressReady', status: 'True', lastTransitionTime },
      { type: 'PredictorReady', status: ready, reason, lastTransitionTime },
      { type: 'Ready', status: ready, lastTransitionTime },
      { type: 'Stopped', status: 'False', severity: 'Info', lastTransitionTime },
    ],
    modelStatus: {
      transitionStatus: 'UpToDate',
      states: { activeModelState: 'Loaded', targetModelState: 'Loaded' },
      copies: { failedCopies: 0, ...(copies > 0 && { totalCopies: copies }) },
    },
    deploymentMode: 'Standard',
    clusterServingRuntimeName: 'kserve-huggingfaceserver',
  };
}
