import { type Fields, fieldsAt, parseFields, textAt } from '../fields.ts';
import type { Answer, Request } from '../server.ts';
import { checkBody, checkFields, readBody } from './bodies.ts';
import { type Cluster, find, namespaceType, writerOf } from './cluster.ts';
import { remove } from './deletes.ts';
import { discover } from './discovery.ts';
import { list } from './list.ts';
import { notFound } from './metadata.ts';
import { patched } from './patching.ts';
import { qualifiedName } from './resources.ts';
import { type Route, routeOf } from './route.ts';
import { ApiError, NO_SUCH_PATH, NO_SUCH_RESOURCE } from './status.ts';
import { create, replace } from './writes.ts';

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
      checkFields(body, route, request);
      const writer = writerOf(request, route, 'Update');
      const makes = verb === 'create' || isMadeByUpdate(cluster, route, body);
      if (!makes) return { status: 200, body: replace(store, route, body, writer) };
      return {
        status: 201,
        body: create(store, { type, namespace, namespaces: namespaceType(cluster) }, body, writer),
      };
    }
  }
  throw new ApiError(405, 'the server does not allow this method on the requested resource');
}

/** A PUT of a Lease that is not there makes it, unless a uid says that another was meant. */
function isMadeByUpdate({ store }: Cluster, { type, namespace, name }: Route, body: Fields): boolean {
  return (
    type.createsOnUpdate === true && !store.get(type, namespace, name) && !textAt(fieldsAt(body, 'metadata'), 'uid')
  );
}

const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Whoever is let in may do everything here. */
function reviewed(request: Request): Answer {
  const review = readBody(request.text);
  return { status: 201, body: { ...review, metadata: {}, status: { allowed: true } } };
}

/** Answers one request to the API server. Throws nothing: refusals become answers. */
export function answer(cluster: Cluster, request: Request): Answer {
  const { authorization } = request.headers;
  try {
    if (authorization !== undefined && authorization !== `Bearer ${cluster.token}`) {
      throw new ApiError(401, 'Unauthorized');
    }
    if (request.method === 'POST' && request.url.pathname === ACCESS_REVIEWS) return reviewed(request);
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
