import { type StatusWish, status } from '../../support/inference-services.ts';

/** How large an object is as the API server sends it: 1.7 KB is a plain one of KServe 0.20 (measured), 20 KB one that a pipeline made with all its variables. */
export type ObjectSize = 'small' | 'large';

export interface ObjectWish {
  namespace: string;
  name: string;
  size: ObjectSize;
  /** Whether it carries an annotation of ours. */
  registered: boolean;
}

const VARIABLES: Record<ObjectSize, number> = { small: 0, large: 70 };
/** What `kubectl apply` leaves behind grows with the object. */
const LAST_APPLIED: Record<ObjectSize, number> = { small: 250, large: 6_400 };

/** An InferenceService as somebody applies it. */
export function manifest({ namespace, name, size, registered }: ObjectWish) {
  const env = Array.from({ length: VARIABLES[size] }, (_, index) => ({
    name: `PIPELINE_SETTING_${index}`,
    value: `a value of the setting that somebody once found useful, ${index}`,
  }));
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      namespace,
      name,
      annotations: {
        'serving.kserve.io/deploymentMode': 'Standard',
        'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(LAST_APPLIED[size]),
        ...(registered && { 'model-registrar.io/enabled': 'true' }),
      },
    },
    spec: {
      predictor: {
        minReplicas: 1,
        model: {
          modelFormat: { name: 'huggingface' },
          args: ['--max-model-len=8192'],
          storageUri: 'hf://example/model',
          ...(env.length > 0 && { env }),
        },
      },
    },
  };
}

/** The same as an API server shows it once KServe has made it Ready. */
export function shown(wish: ObjectWish, version: number, more: Partial<StatusWish> = {}) {
  const { metadata, ...rest } = manifest(wish);
  return {
    ...rest,
    metadata: {
      ...metadata,
      uid: `00000000-0000-4000-8000-${wish.name.replace(/\D/g, '').padStart(12, '0')}`,
      resourceVersion: `${version}`,
      generation: 3,
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: managedFields(VARIABLES[wish.size]),
    },
    status: status({ name: wish.name, namespace: wish.namespace, ...more }),
  };
}

/** As a server-side apply of such an object leaves them. */
function managedFields(variables: number): object[] {
  const env = Array.from({ length: variables }, (_, index) => [
    `k:{"name":"PIPELINE_SETTING_${index}"}`,
    { '.': {}, 'f:name': {}, 'f:value': {} },
  ]);
  return [
    {
      manager: 'kubectl',
      operation: 'Apply',
      apiVersion: 'serving.kserve.io/v1beta1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:predictor': { 'f:model': { 'f:args': {}, 'f:env': Object.fromEntries(env) } } } },
    },
  ];
}
