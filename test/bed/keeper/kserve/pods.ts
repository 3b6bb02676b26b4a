import { z } from 'zod';
import type { Api, StubServer } from '../../base/index.ts';
import { podSchema, servingOf } from './serving.ts';

/** A pod that a call for a Service goes to. */
export interface ServingPod {
  name: string;
  uid: string;
  server: StubServer;
}

/** Finds pods behind Services as a cluster's network would. */
export interface Pods {
  /**
   * The next of the ready pods behind a port of a Service, in turn; undefined where there is no such Service or port, and where no pod is ready. The
   * API server is asked at each call.
   */
  behind(service: { name: string; namespace: string; port: number }): Promise<ServingPod | undefined>;
}

const serviceSchema = z.object({
  spec: z.object({
    clusterIP: z.string().optional(),
    ports: z.array(z.object({ port: z.number() })).default([]),
  }),
});

const slicesSchema = z.object({
  items: z.array(
    z.object({
      ports: z.array(z.object({ port: z.number().optional() })).nullish(),
      endpoints: z
        .array(
          z.object({
            conditions: z.object({ ready: z.boolean().optional() }).optional(),
            targetRef: z.object({ kind: z.string(), name: z.string(), uid: z.string() }).optional(),
          }),
        )
        .nullish(),
    }),
  ),
});

/** Looks at Services, EndpointSlices and Pods of the API server. */
export function openPods(api: Api): Pods {
  const turns = new Map<string, number>();
  // How a pod's containers are started never changes.
  const servers = new Map<string, StubServer>();

  const serverOf = async (namespace: string, name: string, uid: string): Promise<StubServer | undefined> => {
    const known = servers.get(uid);
    if (known !== undefined) return known;
    const found = await api.get(`/api/v1/namespaces/${namespace}/pods/${name}`);
    if (found === undefined) return undefined;
    const server = servingOf(podSchema.parse(found));
    servers.set(uid, server);
    return server;
  };

  return {
    behind: async ({ name, namespace, port }) => {
      const [service, slices] = await Promise.all([
        api.get(`/api/v1/namespaces/${namespace}/services/${name}?resourceVersion=0`),
        api.get(
          `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?resourceVersion=0&labelSelector=kubernetes.io%2Fservice-name%3D${name}`,
        ),
      ]);
      if (service === undefined || slices === undefined) return undefined;
      const { clusterIP, ports } = serviceSchema.parse(service).spec;
      const { items } = slicesSchema.parse(slices);
      // Without an address of its own a Service maps no ports: a client reaches the pod's.
      const open = clusterIP === 'None' ? items.flatMap((slice) => slice.ports ?? []) : ports;
      if (!open.some((each) => each.port === port)) return undefined;
      const ready = items
        .flatMap((slice) => slice.endpoints ?? [])
        .filter((endpoint) => endpoint.conditions?.ready !== false)
        .flatMap((endpoint) => endpoint.targetRef ?? []);
      const turn = turns.get(`${namespace}/${name}`) ?? 0;
      turns.set(`${namespace}/${name}`, turn + 1);
      const chosen = ready[turn % ready.length];
      if (chosen === undefined) return undefined;
      const server = await serverOf(namespace, chosen.name, chosen.uid);
      return server && { name: chosen.name, uid: chosen.uid, server };
    },
  };
}
