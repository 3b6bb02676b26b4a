import { type Fields, fieldsAt, isFields, textAt } from '../fields.ts';

/** The metadata that the API server keeps for every object. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly [key: string]: unknown;
}

/** An object as it is stored. Stored objects are never changed in place: watchers and snapshots share them. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [key: string]: unknown;
}

/** Names one object. */
export interface ObjectReference {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A stored object as plain fields, to build its successor from. */
export function fieldsOf(object: KubernetesObject): Fields {
  return { ...object };
}

/** Takes fields that a write has completed for a stored object. Throws when name, uid or kind are missing, which is a bug. */
export function asStored(fields: Fields): KubernetesObject {
  const metadata = fieldsAt(fields, 'metadata');
  const { apiVersion, kind } = fields;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') throw new TypeError('an object without a kind');
  if (!isStoredMetadata(metadata)) throw new TypeError(`a ${kind} without name, uid or creation time`);
  return { ...fields, apiVersion, kind, metadata };
}

function isStoredMetadata(metadata: Fields): metadata is Fields & Metadata {
  return ['name', 'uid', 'creationTimestamp', 'resourceVersion'].every((key) => typeof metadata[key] === 'string');
}

/** The labels of an object's fields. */
export function labelsOf(object: Fields | KubernetesObject): Fields {
  const metadata = object.metadata;
  return isFields(metadata) ? fieldsAt(metadata, 'labels') : {};
}

/** The value at a dotted path such as `metadata.name`, as text; empty when there is none, as field selectors see it. */
export function textAtPath(object: Fields | KubernetesObject, path: string): string {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let at: Fields = { ...object };
  for (const step of steps) at = fieldsAt(at, step);
  return textAt(at, last) ?? '';
}

/** Whether something holds an object back from going: finalizers, of a namespace also its own. */
export function isHeld(object: KubernetesObject): boolean {
  const own = object.kind === 'Namespace' ? fieldsAt(fieldsOf(object), 'spec').finalizers : undefined;
  return (object.metadata.finalizers?.length ?? 0) > 0 || (Array.isArray(own) && own.length > 0);
}
