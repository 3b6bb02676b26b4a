import { parse } from 'yaml';
import { type Fields, fieldsAt, isFields, parseFields, shown, textAt } from '../fields.ts';
import type { Request } from '../server.ts';
import { invalid } from './metadata.ts';
import type { KubernetesObject } from './object.ts';
import { unknownFields } from './prune.ts';
import { apiVersionOf } from './resources.ts';
import type { Route } from './route.ts';
import { ApiError } from './status.ts';

/** Reads an object as JSON. Throws an ApiError 400. */
export function readBody(text: string): Fields {
  const body = parseFields(text);
  if (body) return body;
  throw new ApiError(400, 'the object provided is unrecognized (must be of type Object)');
}

/** Reads a patch as JSON. Throws an ApiError 400. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 'error decoding patch: invalid character');
  }
}

/** Reads an object as YAML or JSON. Throws an ApiError 400. */
export function readYaml(text: string): Fields {
  try {
    const value: unknown = parse(text);
    if (isFields(value)) return value;
  } catch {
    // said below
  }
  throw new ApiError(400, 'error decoding YAML');
}

/** Checks that a body belongs to the URL, as the API server does; a built-in type need not name itself. Throws an ApiError. */
export function checkBody(body: Fields, route: Route): void {
  const { type, namespace, name } = route;
  const metadata = fieldsAt(body, 'metadata');
  const ownName = textAt(metadata, 'name') ?? '';
  const { apiVersion, kind } = body;
  if (type.custom && kind === undefined) {
    const must = `the object provided is unrecognized (must be of type ${type.kind})`;
    throw new ApiError(400, `${must}: Object 'Kind' is missing in '{}'`);
  }
  if (apiVersion !== apiVersionOf(type) && (type.custom || apiVersion !== undefined)) {
    const differs = `does not match the expected API version (${apiVersionOf(type)})`;
    throw new ApiError(400, `the API version in the data (${shown(apiVersion)}) ${differs}`);
  }
  if (kind !== type.kind && kind !== undefined) {
    const problem = `Invalid value: "${shown(kind)}": must be ${type.kind}`;
    if (type.custom) throw invalid({ ...type, kind: shown(kind) }, ownName, 'kind', problem);
    throw new ApiError(400, `${shown(kind)} in version "${type.version}" cannot be handled as a ${type.kind}`);
  }
  const ownNamespace = textAt(metadata, 'namespace') ?? '';
  if (type.namespaced && ownNamespace !== '' && ownNamespace !== namespace) {
    throw new ApiError(400, 'the namespace of the provided object does not match the namespace sent on the request');
  }
  if (name === '' || ownName === name) return;
  if (ownName === '') {
    throw new ApiError(400, `the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  throw new ApiError(400, `the name of the object (${ownName}) does not match the name on the URL (${name})`);
}

/** What no patch may change. Throws an ApiError: 400 for another name, 422 for another uid. */
export function checkPatched(object: Fields, previous: KubernetesObject, { type, name }: Route): void {
  const metadata = fieldsAt(object, 'metadata');
  if (metadata.name !== name) {
    throw new ApiError(
      400,
      `the name of the object (${shown(metadata.name)}) does not match the name on the URL (${name})`,
    );
  }
  if (metadata.uid === previous.metadata.uid) return;
  throw invalid(type, name, 'metadata.uid', `Invalid value: "${shown(metadata.uid)}": field is immutable`);
}

/**
 * Refuses fields that the type does not know, where the request asks for strict validation. Throws an ApiError: 400, and
 * 422 for a patch.
 */
export function checkFields(object: Fields, route: Route, request: Request): void {
  if (request.url.searchParams.get('fieldValidation') !== 'Strict') return;
  const { type, verb } = route;
  const unknown = unknownFields(object, type).map((path) => `unknown field "${path}"`);
  if (unknown.length === 0) return;
  const problem = `strict decoding error: ${unknown.join(', ')}`;
  if (verb !== 'patch') {
    throw new ApiError(
      400,
      `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${problem}`,
    );
  }
  throw new ApiError(422, ` "" is invalid: patch: Invalid value: ${JSON.stringify(request.text)}: ${problem}`, {
    causes: [{ reason: 'FieldValueInvalid', message: problem, field: 'patch' }],
  });
}
