import { type Fields, fieldsAt, isFields, shown } from '../fields.ts';

/** Which fields are kept: `true` keeps what lies below as it is. */
export interface FieldTree {
  readonly [field: string]: true | FieldTree;
}

/** A kind of object that the sandbox serves. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly shortNames?: readonly string[];
  readonly namespaced: boolean;
  /** Custom resources count generations, drop unknown fields by schema, and refuse strategic merge patches. */
  readonly custom: boolean;
  /** Whether `/status` is written apart from the rest. */
  readonly statusSubresource: boolean;
  /** Whether a PUT without a resourceVersion is taken. */
  readonly unconditionalUpdate: boolean;
  /** Whether a PUT makes an object that is not there. Of a kind where it does not, the answer is 404. */
  readonly createsOnUpdate?: true;
  /** What is kept of an object besides apiVersion, kind and metadata. Only the upper floors of a schema are given here. */
  readonly fields: FieldTree;
  /** What field selectors may name besides metadata.name and metadata.namespace. */
  readonly selectable?: readonly string[];
  /** What the server fills in when an object is created. */
  readonly complete?: (object: Fields) => Fields;
  /** What the server makes of each write before it is kept. */
  readonly convert?: (object: Fields) => Fields;
  /** Why a new object is refused, if it is. */
  readonly refuse?: (object: Fields) => string | undefined;
}

const INFERENCE_SERVICE: ResourceType = {
  group: 'serving.kserve.io',
  version: 'v1beta1',
  plural: 'inferenceservices',
  kind: 'InferenceService',
  shortNames: ['isvc'],
  namespaced: true,
  custom: true,
  statusSubresource: true,
  unconditionalUpdate: false,
  fields: {
    spec: { predictor: true, transformer: true, explainer: true },
    // The CRD keeps unknown fields of a status.
    status: true,
  },
};

const NAMESPACE: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  shortNames: ['ns'],
  namespaced: false,
  custom: false,
  statusSubresource: true,
  unconditionalUpdate: true,
  fields: { spec: true, status: true },
  selectable: ['status.phase'],
  complete: (object) => {
    const metadata = fieldsAt(object, 'metadata');
    const labels = { ...fieldsAt(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata.name };
    return {
      ...object,
      metadata: { ...metadata, labels },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    };
  },
};

const EVENT: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  shortNames: ['ev'],
  namespaced: true,
  custom: false,
  statusSubresource: false,
  unconditionalUpdate: true,
  fields: {
    action: true,
    count: true,
    eventTime: true,
    firstTimestamp: true,
    involvedObject: true,
    lastTimestamp: true,
    message: true,
    reason: true,
    related: true,
    reportingComponent: true,
    reportingInstance: true,
    series: true,
    source: true,
    type: true,
  },
  selectable: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  complete: (object) => ({
    involvedObject: {},
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
    ...object,
  }),
  refuse: (object) => {
    const namespace = fieldsAt(object, 'metadata').namespace;
    const of = fieldsAt(object, 'involvedObject').namespace ?? '';
    if (of === namespace || (of === '' && namespace === 'default')) return undefined;
    return `involvedObject.namespace: Invalid value: "${shown(of)}": does not match event.namespace`;
  },
};

const LEASE: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
  custom: false,
  statusSubresource: false,
  unconditionalUpdate: false,
  createsOnUpdate: true,
  fields: { spec: true },
  refuse: (object) => {
    const seconds = fieldsAt(object, 'spec').leaseDurationSeconds;
    if (typeof seconds !== 'number' || seconds > 0) return undefined;
    return `spec.leaseDurationSeconds: Invalid value: ${seconds}: must be greater than 0`;
  },
};

const SECRET: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
  custom: false,
  statusSubresource: false,
  unconditionalUpdate: true,
  fields: { data: true, immutable: true, stringData: true, type: true },
  selectable: ['type'],
  complete: (object) => ({ type: 'Opaque', ...object }),
  convert({ stringData, ...object }) {
    const plain = Object.entries(isFields(stringData) ? stringData : {});
    const data = {
      ...fieldsAt(object, 'data'),
      ...Object.fromEntries(plain.map(([key, text]) => [key, base64(text)])),
    };
    return Object.keys(data).length > 0 ? { ...object, data } : object;
  },
};

const CONFIG_MAP: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  shortNames: ['cm'],
  namespaced: true,
  custom: false,
  statusSubresource: false,
  unconditionalUpdate: true,
  fields: { binaryData: true, data: true, immutable: true },
};

const SERVICE: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
  shortNames: ['svc'],
  namespaced: true,
  custom: false,
  statusSubresource: true,
  unconditionalUpdate: true,
  fields: { spec: true, status: true },
  selectable: ['spec.clusterIP', 'spec.type'],
};

const ENDPOINT_SLICE: ResourceType = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
  custom: false,
  statusSubresource: false,
  unconditionalUpdate: true,
  fields: { addressType: true, endpoints: true, ports: true },
};

const SERVING_RUNTIME: ResourceType = {
  group: 'serving.kserve.io',
  version: 'v1alpha1',
  plural: 'servingruntimes',
  kind: 'ServingRuntime',
  namespaced: true,
  custom: true,
  statusSubresource: true,
  unconditionalUpdate: false,
  fields: { spec: true, status: true },
};

const LLM_INFERENCE_SERVICE: ResourceType = {
  ...SERVING_RUNTIME,
  version: 'v1alpha2',
  plural: 'llminferenceservices',
  kind: 'LLMInferenceService',
  shortNames: ['llmisvc'],
};

const DEPLOYMENT: ResourceType = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  shortNames: ['deploy'],
  namespaced: true,
  custom: false,
  statusSubresource: true,
  unconditionalUpdate: true,
  fields: { spec: true, status: true },
};

const CLUSTER_SERVING_RUNTIME: ResourceType = {
  ...SERVING_RUNTIME,
  plural: 'clusterservingruntimes',
  kind: 'ClusterServingRuntime',
  namespaced: false,
};

/** The kinds of object that a sandbox serves unless told otherwise. To serve another, add a row. */
export const RESOURCES: readonly ResourceType[] = [
  NAMESPACE,
  EVENT,
  LEASE,
  SECRET,
  CONFIG_MAP,
  SERVICE,
  ENDPOINT_SLICE,
  INFERENCE_SERVICE,
  SERVING_RUNTIME,
  CLUSTER_SERVING_RUNTIME,
  LLM_INFERENCE_SERVICE,
  DEPLOYMENT,
];

function base64(text: unknown): string {
  return Buffer.from(shown(text)).toString('base64');
}

/** `group/version`, or the version alone for the core group. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** `plural.group`, as messages name a resource. */
export function qualifiedName(type: ResourceType): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}
