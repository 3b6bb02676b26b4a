import { type Fields, fieldsAt, isFields, textAt, without } from '../fields.ts';
import {
  conflict,
  invalid,
  invalidResource,
  isNewGeneration,
  isUnchanged,
  newMetadata,
  nextMetadata,
  notFound,
  type Target,
  type Writer,
  withManager,
} from './metadata.ts';
import { asStored, isHeld, type KubernetesObject } from './object.ts';
import { prune } from './prune.ts';
import { qualifiedName, type ResourceType } from './resources.ts';
import { ApiError } from './status.ts';
import type { Store } from './store.ts';

const OUTDATED = 'the object has been modified; please apply your changes to the latest version and try again';

/** Where a new object belongs. */
export interface Place {
  readonly type: ResourceType;
  readonly namespace: string;
  /** The type of namespaces, where it matters whether the namespace is there. */
  readonly namespaces?: ResourceType | undefined;
}

/** Creates an object. Throws an ApiError: 409 when the name is taken, 404 when the namespace is not there, 422 when it is refused. */
export function create(store: Store, place: Place, object: Fields, writer: Writer): KubernetesObject {
  const { type, namespace, namespaces } = place;
  const metadata = newMetadata(object, type, namespace);
  const name = String(metadata.name);
  if (type.namespaced && namespaces) checkNamespace(store, namespaces, type, namespace, name);
  if (store.get(type, namespace, name)) {
    const group = type.group === '' ? {} : { group: type.group };
    const details = { name, ...group, kind: type.plural };
    throw new ApiError(409, `${qualifiedName(type)} "${name}" already exists`, details, 'AlreadyExists');
  }
  const pruned = kept({ ...object, metadata: withManager(metadata, type, writer) }, type);
  const whole = type.complete ? type.complete(pruned) : pruned;
  // A status is written through its own subresource only.
  const stored = type.custom && type.statusSubresource ? without(whole, 'status') : whole;
  const refusal = type.refuse?.(stored);
  if (refusal !== undefined) throw invalidAsAWhole(type, name, refusal);
  return store.commit('ADDED', type, asStored(stored));
}

function invalidAsAWhole(type: ResourceType, name: string, refusal: string): ApiError {
  const colon = refusal.indexOf(': ');
  return invalid(type, name, refusal.slice(0, colon), refusal.slice(colon + 2));
}

function checkNamespace(store: Store, namespaces: ResourceType, type: ResourceType, namespace: string, name: string) {
  const found = store.get(namespaces, '', namespace);
  if (!found) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  throw new ApiError(
    403,
    `${qualifiedName(type)} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural },
  );
}

/**
 * Replaces an object, or its status alone. A write that changes nothing is not stored; one that takes the last finalizer
 * from an object in deletion removes it. Throws an ApiError: 404, 409 for another resourceVersion or uid, 422 without one.
 */
export function replace(store: Store, target: Target, object: Fields, writer: Writer): KubernetesObject {
  const { type, namespace, name } = target;
  const previous = store.get(type, namespace, name);
  const given = fieldsAt(object, 'metadata');
  if (!previous) throw type.createsOnUpdate ? gone(target, textAt(given, 'uid') ?? '') : notFound(type, name);
  const version = textAt(given, 'resourceVersion') ?? '';
  if (version === '' && !type.unconditionalUpdate) {
    const value = type.custom ? '0' : '""';
    const problem = `Invalid value: ${value}: must be specified for an update`;
    throw invalidResource(type, name, 'metadata.resourceVersion', problem);
  }
  if (version !== '' && version !== previous.metadata.resourceVersion) throw conflict(type, name, OUTDATED);
  const uid = textAt(given, 'uid') ?? '';
  if (uid !== '' && uid !== previous.metadata.uid) {
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${previous.metadata.uid}`,
    );
  }
  return write(store, type, previous, object, writer);
}

/** Whoever writes over an object that is gone means that one, by its uid, and no new one. */
function gone({ type, namespace, name }: Target, uid: string): ApiError {
  const key = `/registry/${type.plural}/${namespace}/${name}`;
  const found = `Precondition failed: UID in precondition: ${uid}, UID in object meta: `;
  const message = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${found}`;
  return conflict(type, name, message);
}

function write(store: Store, type: ResourceType, previous: KubernetesObject, object: Fields, writer: Writer) {
  const next = successor(type, previous, object, writer.subresource);
  if (isUnchanged(next, previous)) return previous;
  const metadata = fieldsAt(next, 'metadata');
  const generation =
    type.custom && isNewGeneration(next, previous) ? { generation: (previous.metadata.generation ?? 0) + 1 } : {};
  const stored = asStored({ ...next, metadata: withManager({ ...metadata, ...generation }, type, writer) });
  const isGone = stored.metadata.deletionTimestamp !== undefined && !isHeld(stored);
  return store.commit(isGone ? 'DELETED' : 'MODIFIED', type, stored);
}

/** An object as it is kept of what was sent. */
function kept(object: Fields, type: ResourceType): Fields {
  const pruned = prune(object, type);
  return type.convert ? type.convert(pruned) : pruned;
}

function successor(type: ResourceType, previous: KubernetesObject, object: Fields, subresource: string): Fields {
  const pruned = kept(object, type);
  if (!type.statusSubresource) return { ...pruned, metadata: nextMetadata(pruned, previous) };
  if (subresource === 'status') return { ...without(previous, 'status'), ...statusOf(pruned) };
  return { ...without(pruned, 'status'), ...statusOf(previous), metadata: nextMetadata(pruned, previous) };
}

function statusOf(object: Fields | KubernetesObject): Fields {
  return isFields(object.status) ? { status: object.status } : {};
}
