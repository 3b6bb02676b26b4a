import { randomBytes } from 'node:crypto';
import { CallLog } from '../calls.ts';
import { Faults } from '../faults.ts';
import { listen, type Request } from '../server.ts';
import type { Cluster } from './cluster.ts';
import { answer, faultMessage } from './handler.ts';
import { RESOURCES, type ResourceType } from './resources.ts';
import { operationOf, routeOf } from './route.ts';
import { SandboxKubernetes } from './sandbox-kubernetes.ts';
import { failureStatus } from './status.ts';
import { Store } from './store.ts';
import { Watches } from './watch.ts';

export type { KubernetesObject, Metadata, ObjectReference } from './object.ts';
export { RESOURCES, type ResourceType } from './resources.ts';
export type { DeleteHow, SandboxKubernetes } from './sandbox-kubernetes.ts';
export type { Watches } from './watch.ts';

/** How an in-memory Kubernetes API is set up. */
export interface KubernetesOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** The kinds that it serves; the default is `RESOURCES`. */
  readonly resources?: readonly ResourceType[];
  /** How many changes it remembers, for watches and paged lists; 10,000 unless told. Older versions answer 410. */
  readonly history?: number;
  /** The time between two bookmarks of a watch, in milliseconds; a minute unless told. */
  readonly bookmarkMilliseconds?: number;
}

/** Starts an in-memory Kubernetes API on 127.0.0.1. Throws if the port is taken. */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<SandboxKubernetes> {
  const store = new Store(options.history ?? 10_000);
  const cluster: Cluster = {
    store,
    watches: new Watches(store, options.bookmarkMilliseconds ?? 60_000),
    types: new Set(options.resources ?? RESOURCES),
    token: randomBytes(16).toString('hex'),
    applied: new Map(),
  };
  const faults = new Faults();
  const calls = new CallLog();
  const operation = (request: Request) => {
    const route = routeOf(request, cluster.types);
    return route ? operationOf(route) : `${request.method.toLowerCase()} ${request.url.pathname}`;
  };
  const listening = await listen({
    port: options.port ?? 0,
    faults,
    calls,
    operation,
    handle: (request) => answer(cluster, request),
    errorBody: (status, request) => failureStatus(status, faultMessage(status, routeOf(request, cluster.types))),
  });
  return new SandboxKubernetes(cluster, listening, faults, calls);
}
