import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Fields, fieldsAt, isFields, textAt, without } from '../fields.ts';
import type { KubernetesObject } from './object.ts';
import { apiVersionOf, qualifiedName, type ResourceType } from './resources.ts';
import { ApiError } from './status.ts';

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** Who writes, for the managedFields. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource: string;
}

/** The time as Kubernetes writes it: whole seconds, UTC. */
export function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** An error of a field, in the shape of the API server's validation. */
export function invalid(type: ResourceType, name: string, field: string, problem: string): ApiError {
  const reason = problem.startsWith('Required') ? 'FieldValueRequired' : 'FieldValueInvalid';
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  return new ApiError(422, `${kind} "${name}" is invalid: ${field}: ${problem}`, {
    ...(name === '' ? {} : { name }),
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.kind,
    causes: [{ reason, message: problem, field }],
  });
}

/** The metadata of a new object: what the client may set, and what the server gives it. */
export function newMetadata(object: Fields, type: ResourceType, namespace: string): Fields {
  const given = fieldsAt(object, 'metadata');
  const prefix = textAt(given, 'generateName');
  const suffix = randomBytes(4).toString('hex').slice(0, 5);
  const name = textAt(given, 'name') || (prefix === undefined ? '' : `${prefix}${suffix}`);
  if (name === '') {
    throw invalid(type, '', 'metadata.name', 'Required value: name or generateName is required');
  }
  if (!NAME.test(name) || name.length > 253) {
    throw invalid(type, name, 'metadata.name', `Invalid value: "${name}": ${NAME_RULE}`);
  }
  const kept = without(given, 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'namespace');
  return {
    ...kept,
    name,
    ...(type.namespaced ? { namespace } : {}),
    uid: randomUUID(),
    resourceVersion: '',
    ...(type.custom ? { generation: 1 } : {}),
    creationTimestamp: now(),
  };
}

/** The metadata of an object after a write: what the server owns stays as it was. */
export function nextMetadata(object: Fields, previous: KubernetesObject): Fields {
  const given = fieldsAt(object, 'metadata');
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp, deletionTimestamp } = previous.metadata;
  const { deletionGracePeriodSeconds, managedFields } = previous.metadata;
  const owned = Object.entries({
    name,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    managedFields,
  });
  const rest = without(given, ...owned.map(([key]) => key), 'selfLink');
  // A map or list that became empty is stored as absent.
  const filled = Object.entries(rest).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries([...owned.filter(([, value]) => value !== undefined), ...filled]);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || (isFields(value) && Object.keys(value).length === 0);
}

/** Whether a write changed anything; one that did not is answered, but neither stored nor watched. */
export function isUnchanged(object: Fields, previous: KubernetesObject): boolean {
  return isDeepStrictEqual(object, { ...previous });
}

/** Whether what a generation counts has changed: all but metadata and status. */
export function isNewGeneration(object: Fields, previous: KubernetesObject): boolean {
  return !isDeepStrictEqual(without(object, 'metadata', 'status'), without(previous, 'metadata', 'status'));
}

/** Notes in managedFields who wrote last: the noise that a real object carries. Field by field ownership is not kept. */
export function withManager(metadata: Fields, type: ResourceType, writer: Writer): Fields {
  const entries = Array.isArray(metadata.managedFields) ? metadata.managedFields.filter(isFields) : [];
  const others = entries.filter(
    (entry) => entry.manager !== writer.manager || (entry.subresource ?? '') !== writer.subresource,
  );
  const own = {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: apiVersionOf(type),
    time: now(),
    fieldsType: 'FieldsV1',
    fieldsV1: { [writer.subresource === 'status' ? 'f:status' : 'f:spec']: {} },
    ...(writer.subresource === '' ? {} : { subresource: writer.subresource }),
  };
  return { ...metadata, managedFields: [...others, own] };
}

/** The 404 for an object that is not there. */
export function notFound(type: ResourceType, name: string): ApiError {
  return new ApiError(404, `${qualifiedName(type)} "${name}" not found`, {
    name,
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.plural,
  });
}

/** The 422 for an object as the client sees it, by its resource instead of its kind. */
export function invalidResource(type: ResourceType, name: string, field: string, problem: string): ApiError {
  return new ApiError(422, `${qualifiedName(type)} "${name}" is invalid: ${field}: ${problem}`, {
    name,
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.plural,
    causes: [{ reason: 'FieldValueInvalid', message: problem, field }],
  });
}

/** The 409 for a write that is based on an outdated object, or on another one of the same name. */
export function conflict(type: ResourceType, name: string, why: string): ApiError {
  return new ApiError(409, `Operation cannot be fulfilled on ${qualifiedName(type)} "${name}": ${why}`, {
    name,
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.plural,
  });
}

/** Which object a write is about. */
export interface Target {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
}
