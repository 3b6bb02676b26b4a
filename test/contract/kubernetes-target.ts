import { randomBytes } from 'node:crypto';
import { type Fields, fieldsAt } from '../../src/sandbox/fields.ts';
import { type Answered, type Asked, ask, type Endpoint } from './http.ts';

/** A Kubernetes API under test. */
export interface KubernetesTarget extends Endpoint {
  /** Makes the server forget what lies behind: a paged list begun before must then get 410. */
  readonly expireHistory: () => Promise<void>;
  /** How long a watch may have to wait for a bookmark, in milliseconds. */
  readonly bookmarksWithin: number;
  readonly stop?: () => Promise<void>;
}

/** What the parts of the contract share. */
export interface KubernetesSetting {
  /** Of this run alone. */
  readonly namespace: string;
  readonly target: () => KubernetesTarget;
}

/** The manifest of a namespace. */
export function namespaceOf(name: string): Fields {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A name that no other test uses. */
export function freshName(): string {
  return `x${randomBytes(4).toString('hex')}`;
}

/** Calls on the InferenceServices of the run's namespace. */
export interface Services {
  readonly path: string;
  readonly manifest: (name: string, metadata?: Fields) => Fields;
  readonly create: (name: string, metadata?: Fields) => Promise<Answered>;
  readonly call: (method: string, name: string, asked?: Asked) => Promise<Answered>;
  readonly mergePatch: (name: string, patch: Fields) => Promise<Answered>;
  readonly get: (name: string) => Promise<Answered>;
}

/** InferenceServices of one namespace, as plain HTTP calls. */
export function servicesOf(setting: KubernetesSetting, namespace = setting.namespace): Services {
  const path = `/apis/serving.kserve.io/v1beta1/namespaces/${namespace}/inferenceservices`;
  const manifest = (name: string, metadata: Fields = {}): Fields => ({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name, namespace, ...metadata },
    spec: { predictor: { minReplicas: 1, model: { modelFormat: { name: 'vLLM' }, args: ['--a', '--b'] } } },
  });
  const call = (method: string, name: string, asked?: Asked) => ask(setting.target(), method, `${path}/${name}`, asked);
  return {
    path,
    manifest,
    call,
    create: (name, metadata) => ask(setting.target(), 'POST', path, { body: manifest(name, metadata) }),
    mergePatch: (name, patch) => call('PATCH', name, { body: patch, contentType: 'application/merge-patch+json' }),
    get: (name) => call('GET', name),
  };
}

/** The metadata of an answer. */
export function metadataOf(answered: Answered): Fields {
  return fieldsAt(answered.json, 'metadata');
}
