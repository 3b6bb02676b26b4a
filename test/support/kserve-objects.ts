/** InferenceServices as users write them, and what KServe v0.20.0 makes of them. */

type Json = { [key: string]: unknown };

/** An object as it is applied; `status` is for those who write it through `/status` or hand the whole to a parser. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: Json & { name: string; namespace: string; annotations: Record<string, string> };
  spec: Json;
  status?: Json;
}

const TIME = '2026-11-01T08:00:00Z';

/** Annotations of ours, given without their prefix. */
export function prefixed(annotations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`model-registrar.io/${key}`, value]));
}

/** An InferenceService; without a predictor a chat model on KServe's Hugging Face runtime. */
export function inferenceService({
  name = 'qwen',
  namespace = 'llm',
  annotations = { 'model-registrar.io/enabled': 'true' },
  labels = {},
  predictor = huggingface([]),
  spec = {},
  status,
}: {
  name?: string;
  namespace?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  predictor?: Json;
  spec?: Json;
  status?: Json;
} = {}): Manifest {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name, namespace, labels, annotations },
    spec: { predictor, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

/** The object with what the API server and KServe's webhook add: identity, generation, finalizer. */
export function stored<T extends { metadata: Json }>(manifest: T, metadata: Json = {}): T {
  return {
    ...manifest,
    metadata: {
      uid: '0a8f3c0e-0000-4000-8000-000000000001',
      resourceVersion: '100',
      generation: 1,
      creationTimestamp: TIME,
      finalizers: ['inferenceservice.finalizers'],
      ...manifest.metadata,
      ...metadata,
    },
  };
}

/** The object while its deletion is under way: the status still says Ready. */
export function deleting(manifest: Manifest): Manifest {
  return stored(manifest, { deletionTimestamp: '2026-11-01T09:00:00Z', generation: 2 });
}

/** A predictor on KServe's Hugging Face runtime. */
export function huggingface(args: string[], model: Json = {}): Json {
  return {
    minReplicas: 1,
    model: {
      modelFormat: { name: 'huggingface' },
      name: '',
      resources: {},
      protocolVersion: 'v2',
      args,
      storageUri: 'hf://Qwen/Qwen2.5-0.5B-Instruct',
      ...model,
    },
  };
}

/** A predictor on KServe's vLLM runtime. */
export function vllm(args: string[], model: Json = {}): Json {
  return {
    model: {
      modelFormat: { name: 'vLLM' },
      protocolVersion: 'v2',
      runtime: 'kserve-vllmserver',
      storageUri: 'oci://registry.example.com/models/qwen:1',
      args,
      ...model,
    },
  };
}

/** A ServingRuntime, or a ClusterServingRuntime where there is no namespace. */
export function runtime(
  name: string,
  container: Json,
  {
    namespace = '',
    annotations = {},
    spec = {},
  }: { namespace?: string; annotations?: Record<string, string>; spec?: Json } = {},
): Manifest {
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: namespace ? 'ServingRuntime' : 'ClusterServingRuntime',
    metadata: { name, annotations, ...(namespace && { namespace }) } as Manifest['metadata'],
    spec: { containers: [{ name: 'kserve-container', ...container }], ...spec },
  };
}

/** A predictor of the user's own container. */
export function container(server: Json = {}): Json {
  return {
    containers: [
      {
        name: 'kserve-container',
        image: 'vllm/vllm-openai:v0.11.0',
        command: ['vllm', 'serve'],
        args: ['mistralai/Mistral-7B', '--served-model-name', 'mistral', '--port', '8080'],
        ports: [{ containerPort: 8080, protocol: 'TCP' }],
        env: [{ name: 'STORAGE_URI', value: 'hf://mistralai/Mistral-7B' }],
        ...server,
      },
    ],
  };
}

/** Where a Standard service is reached inside the cluster. */
export function addressOf(name: string, namespace: string): string {
  return `http://${name}-predictor.${namespace}.svc.cluster.local`;
}

export function condition(type: string, status: string, reason?: string, message?: string): Json {
  return {
    type,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(['Ready', 'PredictorReady', 'IngressReady'].includes(type) ? {} : { severity: 'Info' }),
    lastTransitionTime: TIME,
  };
}

/** Standard mode, Ready. `copies: 0` is what KServe writes before any pod serves: it leaves the number out then. */
export function ready({
  address = addressOf('qwen', 'llm'),
  url = 'http://qwen-llm.example.com',
  copies = 1,
  reason = 'NewReplicaSetAvailable',
  runtime = { clusterServingRuntimeName: 'kserve-huggingfaceserver' },
}: {
  address?: string;
  url?: string;
  copies?: number;
  reason?: string;
  runtime?: Json;
} = {}): Json {
  return {
    // The Deployment's generation, not the object's.
    observedGeneration: 3,
    url,
    address: { url: address },
    components: { predictor: { url: 'http://qwen-predictor-llm.example.com' } },
    conditions: [
      condition('IngressReady', 'True'),
      condition('PredictorReady', 'True', reason, 'the Deployment is available'),
      condition('Ready', 'True'),
      condition('Stopped', 'False'),
    ],
    modelStatus: modelStatus(copies),
    deploymentMode: 'Standard',
    ...runtime,
  };
}

/** Standard mode, not Ready: KServe's own reason hides the cause, which the predictor's condition tells. */
export function unready({
  status = 'False',
  copies = 0,
  reason = 'MinimumReplicasUnavailable',
  message = 'Deployment does not have minimum availability.',
  address = addressOf('qwen', 'llm'),
}: {
  status?: 'False' | 'Unknown';
  copies?: number;
  reason?: string;
  message?: string;
  address?: string;
} = {}): Json {
  return {
    ...ready({ address }),
    conditions: [
      condition('IngressReady', 'False', 'Predictor ingress not created'),
      condition('PredictorReady', status, reason, message),
      condition('Ready', status, 'Predictor ingress not created'),
      condition('Stopped', 'False'),
    ],
    modelStatus: modelStatus(copies),
  };
}

/** What KServe leaves of the status once `serving.kserve.io/stop` is set. */
export function stopped(): Json {
  return {
    conditions: [
      condition('IngressReady', 'False', 'Stopped'),
      condition('PredictorReady', 'False', 'Stopped'),
      condition('Ready', 'False', 'Stopped'),
      condition('Stopped', 'True'),
    ],
    modelStatus: { transitionStatus: '' },
    deploymentMode: 'Standard',
  };
}

/** Knative mode, Ready, scaled to zero or not. */
export function knative({ created = 'phi-predictor-00002', ready = 'phi-predictor-00002' } = {}): Json {
  return {
    observedGeneration: 2,
    url: 'http://phi.llm.example.com',
    address: { url: 'http://phi.llm.svc.cluster.local' },
    components: {
      predictor: {
        address: { url: 'http://phi-predictor.llm.svc.cluster.local' },
        latestCreatedRevision: created,
        latestReadyRevision: ready,
        latestRolledoutRevision: ready,
        previousRolledoutRevision: 'phi-predictor-00001',
        traffic: [{ latestRevision: true, percent: 100, revisionName: ready }],
        url: 'http://phi-predictor.llm.example.com',
      },
    },
    conditions: [
      condition('IngressReady', 'True'),
      condition('LatestDeploymentReady', 'True'),
      condition('PredictorConfigurationReady', 'True'),
      condition('PredictorReady', 'True'),
      condition('PredictorRouteReady', 'True'),
      condition('Ready', 'True'),
      condition('RoutesReady', 'True'),
      condition('Stopped', 'False'),
    ],
    modelStatus: modelStatus(0),
    deploymentMode: 'Knative',
  };
}

/** Knative mode while a new revision comes up: not Ready, though the old one gets all calls. */
export function knativeRollout(): Json {
  const status = knative({ created: 'phi-predictor-00003' });
  const reason = 'Predictor ingress not created';
  return {
    ...status,
    conditions: [
      condition('IngressReady', 'Unknown', reason),
      condition('PredictorReady', 'Unknown', 'RevisionMissing', 'Configuration is waiting for a Revision.'),
      condition('Ready', 'Unknown', reason),
      condition('Stopped', 'False'),
    ],
    modelStatus: {
      transitionStatus: 'InProgress',
      states: { activeModelState: 'Loaded', targetModelState: 'Loading' },
    },
  };
}

function modelStatus(copies: number): Json {
  return {
    transitionStatus: 'UpToDate',
    states: { activeModelState: 'Loaded', targetModelState: 'Loaded' },
    ...(copies === 0 ? {} : { copies: { failedCopies: 0, totalCopies: copies } }),
  };
}
