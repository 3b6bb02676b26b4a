import type { Request } from '../server.ts';
import { notFound, type Writer } from './metadata.ts';
import type { KubernetesObject } from './object.ts';
import type { ResourceType } from './resources.ts';
import type { Route } from './route.ts';
import type { Store } from './store.ts';
import type { Watches } from './watch.ts';

/** All that requests work on. */
export interface Cluster {
  readonly store: Store;
  readonly watches: Watches;
  /** The types that are served now. */
  readonly types: Set<ResourceType>;
  readonly token: string;
  /** What each manager applied last, by uid, manager and subresource. */
  readonly applied: Map<string, unknown>;
}

/** Who writes, by the request's `fieldManager`, else by its user agent. */
export function writerOf(request: Request, route: Route, operation: Writer['operation']): Writer {
  const agent = request.headers['user-agent']?.split('/')[0] ?? 'unknown';
  const manager = request.url.searchParams.get('fieldManager') ?? agent;
  return { manager, operation, subresource: route.subresource };
}

/** The object that a route names. Throws an ApiError 404. */
export function find(cluster: Cluster, route: Route): KubernetesObject {
  const found = cluster.store.get(route.type, route.namespace, route.name);
  if (!found) throw notFound(route.type, route.name);
  return found;
}

/** The type of namespaces, if it is served. */
export function namespaceType(cluster: Cluster): ResourceType | undefined {
  return [...cluster.types].find((type) => type.kind === 'Namespace');
}
