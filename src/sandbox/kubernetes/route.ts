import type { Request } from '../server.ts';
import type { ResourceType } from './resources.ts';

/** What a request's path and method ask for. */
export interface Route {
  readonly type: ResourceType;
  /** Empty: all namespaces, or a type without any. */
  readonly namespace: string;
  /** Empty: the collection. */
  readonly name: string;
  readonly subresource: string;
  readonly verb: string;
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

function verbOf(request: Request, name: string): string {
  if (request.method !== 'GET') {
    const verb = VERBS[request.method] ?? request.method.toLowerCase();
    return verb === 'delete' && name === '' ? 'deletecollection' : verb;
  }
  if (name !== '') return 'get';
  return ['1', 'true'].includes(request.url.searchParams.get('watch') ?? '') ? 'watch' : 'list';
}

/** Reads `/api/v1/…` and `/apis/<group>/<version>/…`; undefined when none of the types is meant. */
export function routeOf(request: Request, types: Iterable<ResourceType>): Route | undefined {
  const [root, ...steps] = request.url.pathname
    .split('/')
    .filter((step) => step !== '')
    .map(decodeURIComponent);
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'apis' ? steps.shift() : '';
  const version = steps.shift();
  const inNamespace = steps[0] === 'namespaces' && steps.length > 2 && steps[2] !== 'status' && steps[2] !== 'finalize';
  const namespace = inNamespace ? (steps[1] ?? '') : '';
  const [plural, name = '', subresource = ''] = inNamespace ? steps.slice(2) : steps;
  for (const type of types) {
    if (type.group !== group || type.version !== version || type.plural !== plural) continue;
    if (inNamespace && !type.namespaced) return undefined;
    return { type, namespace, name, subresource, verb: verbOf(request, name) };
  }
  return undefined;
}

/** The name of what a route asks, such as `list inferenceservices` or `patch inferenceservices/status`. */
export function operationOf(route: Route): string {
  return `${route.verb} ${route.type.plural}${route.subresource === '' ? '' : `/${route.subresource}`}`;
}
