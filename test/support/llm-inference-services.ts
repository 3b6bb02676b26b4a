/** LLMInferenceServices as users write them, and what KServe v0.20.0 makes of them. */
import { type Manifest, prefixed } from './kserve-objects.ts';

type Json = { [key: string]: unknown };

/** An LLMInferenceService, annotated with `enabled: "true"` unless told otherwise; annotations are given without their prefix. */
export function llmInferenceService({
  name = 'llama',
  namespace = 'llm',
  annotations = { enabled: 'true' },
  model = {},
  spec = {},
  metadata = {},
  status,
}: {
  name?: string;
  namespace?: string;
  annotations?: Record<string, string>;
  model?: object;
  spec?: object;
  metadata?: object;
  status?: object;
} = {}): Manifest {
  return {
    apiVersion: 'serving.kserve.io/v1alpha2',
    kind: 'LLMInferenceService',
    metadata: { name, namespace, annotations: prefixed(annotations), ...metadata },
    spec: { model: { uri: 'hf://meta-llama/Llama-3.1-8B-Instruct', name, ...model }, replicas: 1, ...spec },
    ...(status === undefined ? {} : { status: status as Json }),
  };
}

/** Its status without a router: one address, without the port that it has. */
export function alone({
  name = 'llama',
  namespace = 'llm',
  ready = 'True',
  reason,
  replicas = 1,
  observedGeneration = 1,
}: {
  name?: string;
  namespace?: string;
  ready?: string;
  reason?: string;
  replicas?: number;
  observedGeneration?: number;
} = {}): Json {
  return {
    observedGeneration,
    addresses: [{ url: `http://${name}-kserve-workload-svc.${namespace}.svc.cluster.local` }],
    workloads: {
      primary: {
        apiGroup: 'apps',
        kind: 'Deployment',
        name: `${name}-kserve`,
        ...(replicas > 0 && { readyReplicas: replicas }),
      },
      service: { kind: 'Service', name: `${name}-kserve-workload-svc` },
    },
    conditions: [
      { type: 'MainWorkloadReady', status: ready, severity: 'Info' },
      { type: 'Ready', status: ready, ...(reason && { reason }) },
      { type: 'WorkloadsReady', status: ready },
    ],
  };
}

/** The `origin` of a gateway's addresses. */
export function gatewayOf(namespace: string): Json {
  return { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'kserve-ingress-gateway', namespace };
}

/** Its status behind a gateway, with one LoRA adapter `sql`. */
export function routed({ name = 'llama', namespace = 'llm', model = 'llama-3.1-8b' } = {}): Json {
  const qualified = (id: string) => ({ name: `publishers/${namespace}/models/${id}` });
  const by = [qualified(model), qualified('sql')];
  const all = [qualified(model), { name: model }, qualified('sql'), { name: 'sql' }];
  const inside = 'http://gw-istio.kserve.svc.cluster.local';
  const ways = ['http://203.0.113.7', inside].flatMap((host) => {
    const side = host === inside ? 'internal' : 'external';
    const origin = gatewayOf('kserve');
    return [
      { name: `gateway-${side}-model-routing`, url: `${host}/`, origin, models: by },
      { name: `gateway-${side}`, url: `${host}/${namespace}/${name}`, origin, models: all },
      { name: `gateway-${side}`, url: `${host}/publishers/${namespace}/models/${model}`, origin, models: all },
    ];
  });
  return {
    ...alone({ name, namespace }),
    url: `http://203.0.113.7/${namespace}/${name}`,
    addresses: ways,
    appliedConfigs: [{ name: 'kserve-config-llm-router-route', namespace: 'kserve', source: 'Preset' }],
  };
}

/** The Deployment that KServe makes for it. */
export function workload({
  name = 'llama',
  namespace = 'llm',
  generation = 1,
  replicas = 1,
  status = {},
}: {
  name?: string;
  namespace?: string;
  generation?: number;
  replicas?: number;
  status?: object;
} = {}): Json & { metadata: Json } {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `${name}-kserve`,
      namespace,
      generation,
      labels: { 'app.kubernetes.io/part-of': 'llminferenceservice', 'app.kubernetes.io/name': name },
      ownerReferences: [{ apiVersion: 'serving.kserve.io/v1alpha2', kind: 'LLMInferenceService', name, uid: 'u' }],
    },
    spec: { replicas },
    status: {
      observedGeneration: generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      ...status,
    },
  };
}
