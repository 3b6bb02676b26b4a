import { type Fields, isFields, parseFields } from '../fields.ts';
import type { Answer, Request } from '../server.ts';
import { checkBody, checkFields, checkPatched, readBody, readJson, readYaml } from './bodies.ts';
import { discover } from './discovery.ts';
import { list } from './list.ts';
import { invalid, notFound, type Writer } from './metadata.ts';
import type { KubernetesObject } from './object.ts';
import { applyPatch, jsonPatch, mergePatch } from './patch.ts';
import { qualifiedName, type ResourceType } from './resources.ts';
import { type Route, routeOf } from './route.ts';
import { ApiError, NO_SUCH_PATH, NO_SUCH_RESOURCE } from './status.ts';
import type { Store } from './store.ts';
import type { Watches } from './watch.ts';
import { create, remove, replace } from './writes.ts';

/** What the handler works on. */
export interface Cluster {
  readonly store: Store;
  readonly watches: Watches;
  /** The types that are served now. */
  readonly types: Set<ResourceType>;
  readonly token: string;
  /** What each manager applied last, by uid, manager and subresource. */
  readonly applied: Map<string, unknown>;
}

function writerOf(request: Request, route: Route, operation: Writer['operation']): Writer {
  const agent = request.headers['user-agent']?.split('/')[0] ?? 'unknown';
  const manager = request.url.searchParams.get('fieldManager') ?? agent;
  return { manager, operation, subresource: route.subresource };
}

function find(cluster: Cluster, route: Route): KubernetesObject {
  const found = cluster.store.get(route.type, route.namespace, route.name);
  if (!found) throw notFound(route.type, route.name);
  return found;
}

function patched(cluster: Cluster, route: Route, request: Request): Answer {
  const { store } = cluster;
  const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim();
  if (contentType === 'application/apply-patch+yaml') return applied(cluster, route, request);
  const previous = find(cluster, route);
  const writer = writerOf(request, route, 'Update');
  const save = (object: unknown) => {
    if (!isFields(object)) throw new ApiError(400, 'a patch made something else than an object');
    checkPatched(object, previous, route);
    if (request.url.searchParams.get('fieldValidation') === 'Strict') checkFields(object, route.type);
    return { status: 200, body: replace(store, route, object, writer) };
  };
  if (contentType === 'application/merge-patch+json') return save(mergePatch(previous, readBody(request.text)));
  if (contentType === 'application/json-patch+json') return save(jsonPatch(previous, readJson(request.text)));
  if (contentType === 'application/strategic-merge-patch+json' && !route.type.custom) {
    // The types served here have no list that merges by key.
    return save(mergePatch(previous, readBody(request.text)));
  }
  const accepted = ['json-patch+json', 'merge-patch+json', 'apply-patch+yaml'].map((kind) => `application/${kind}`);
  throw new ApiError(
    415,
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

function applied(cluster: Cluster, route: Route, request: Request): Answer {
  const { store } = cluster;
  const { type, namespace, name, subresource } = route;
  const configuration = readYaml(request.text);
  checkBody(configuration, route);
  if (!request.url.searchParams.has('fieldManager')) {
    const options = { ...type, group: 'meta.k8s.io', kind: 'PatchOptions' };
    throw invalid(options, '', 'fieldManager', 'Required value: is required for apply patch');
  }
  const writer = writerOf(request, route, 'Apply');
  const previous = store.get(type, namespace, name);
  if (!previous && subresource !== '') throw notFound(type, name);
  const keyOf = (object: KubernetesObject) => `${object.metadata.uid} ${writer.manager} ${subresource}`;
  const object = previous
    ? replace(store, route, asFields(applyPatch(previous, cluster.applied.get(keyOf(previous)), configuration)), writer)
    : create(store, { type, namespace, namespaces: namespaceType(cluster) }, configuration, writer);
  cluster.applied.set(keyOf(object), configuration);
  return { status: previous ? 200 : 201, body: object };
}

function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function namespaceType(cluster: Cluster): ResourceType | undefined {
  return [...cluster.types].find((type) => type.kind === 'Namespace');
}

function deleted(cluster: Cluster, route: Route, request: Request): Answer {
  const inQuery = request.url.searchParams.get('propagationPolicy');
  const options = { ...parseFields(request.text), ...(inQuery === null ? {} : { propagationPolicy: inQuery }) };
  const { object, isGone } = remove(cluster.store, route, options);
  if (!isGone) return { status: 200, body: object };
  const { name, uid } = object.metadata;
  const { group, plural } = route.type;
  const details = { name, ...(group === '' ? {} : { group }), kind: plural, uid };
  return {
    status: 200,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
  };
}

function carryOut(cluster: Cluster, route: Route, request: Request): Answer {
  const { store, watches } = cluster;
  const { type, namespace, name, subresource, verb } = route;
  if (subresource !== '' && !(subresource === 'status' && type.statusSubresource)) {
    if (type.custom) throw notFound(type, name);
    throw new ApiError(404, NO_SUCH_RESOURCE, {});
  }
  switch (verb) {
    case 'list':
      return { status: 200, body: list(store, type, namespace, request.url.searchParams) };
    case 'watch':
      return { status: 200, stream: watches.prepare({ type, namespace, query: request.url.searchParams }) };
    case 'get':
      return { status: 200, body: find(cluster, route) };
    case 'patch':
      return patched(cluster, route, request);
    case 'delete':
      return deleted(cluster, route, request);
    case 'create':
    case 'update': {
      if ((verb === 'create') !== (name === '')) break;
      const body = readBody(request.text);
      checkBody(body, route);
      if (request.url.searchParams.get('fieldValidation') === 'Strict') checkFields(body, type);
      const writer = writerOf(request, route, 'Update');
      if (verb === 'update') return { status: 200, body: replace(store, route, body, writer) };
      return {
        status: 201,
        body: create(store, { type, namespace, namespaces: namespaceType(cluster) }, body, writer),
      };
    }
  }
  throw new ApiError(405, 'the server does not allow this method on the requested resource');
}

/** Answers one request to the API server. Throws nothing: refusals become answers. */
export function answer(cluster: Cluster, request: Request): Answer {
  const { authorization } = request.headers;
  try {
    if (authorization !== undefined && authorization !== `Bearer ${cluster.token}`) {
      throw new ApiError(401, 'Unauthorized');
    }
    const route = routeOf(request, cluster.types);
    if (route) return carryOut(cluster, route, request);
    const found = request.method === 'GET' ? discover(request.url.pathname, [...cluster.types]) : undefined;
    if (found !== undefined) return { status: 200, body: found };
    if (request.url.pathname.startsWith('/api/v1/')) throw new ApiError(404, NO_SUCH_RESOURCE, {});
    return { status: 404, body: NO_SUCH_PATH };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isToWait = error.code === 504 || error.code === 429;
    return { status: error.code, body: error.body, ...(isToWait ? { headers: { 'retry-after': '1' } } : {}) };
  }
}

/** The message that goes with a status which a fault asks for. */
export function faultMessage(status: number, route: Route | undefined): string {
  if (status === 401) return 'Unauthorized';
  if (status === 403 && route) {
    const { type, verb, namespace } = route;
    const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const what = `User "sandbox" cannot ${verb} resource "${type.plural}" in API group "${type.group}" ${where}`;
    return `${qualifiedName(type)} is forbidden: ${what}`;
  }
  if (status === 404) return 'the server could not find the requested resource';
  if (status === 429) return 'too many requests, please try again later';
  return 'the server is currently unable to handle the request';
}
