import { z } from 'zod';
import { list, part, text } from '../lenient.ts';
import { readRelatedIdentity } from '../object/index.ts';
import type { RelatedKind, RelatedObject, RelatedObjects } from '../source.ts';

/** What is kept of an EndpointSlice. */
export interface EndpointSlice extends RelatedObject {
  service: string | undefined;
  /** Whether one of its endpoints takes calls. */
  ready: boolean;
  /** What the pods listen on, by the name of the Service's port; an unnamed one has the empty name. */
  ports: { name: string; port: number }[];
}

const schema = z.object({
  metadata: z.object({ labels: part({ 'kubernetes.io/service-name': text }) }),
  endpoints: list(z.object({ conditions: part({ ready: z.boolean().nullish().catch(undefined) }) })),
  ports: list(z.object({ name: text, port: z.int().min(1).max(65_535) })),
});

/** Which pods stand behind a Service, and whether they take calls. */
export const endpointSlices: RelatedKind<EndpointSlice> = {
  resource: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', kind: 'EndpointSlice' },
  clusterWide: false,
  title: 'endpoints of Services',
  without: { happens: 'no Service is known to be ready, so that none is registered' },
  needed: true,
  parse(raw) {
    const identity = readRelatedIdentity('EndpointSlice', raw);
    const { metadata, endpoints, ports } = schema.parse(raw);
    return {
      ...identity,
      service: metadata.labels?.['kubernetes.io/service-name'],
      // What says nothing counts as ready (Kubernetes' API, `EndpointConditions.ready`).
      ready: endpoints.some(({ conditions }) => conditions?.ready !== false),
      ports: ports.map(({ name = '', port }) => ({ name, port })),
    };
  },
  ownerOf: ({ service }) => service,
  supposed: (namespace, service) => ({
    namespace,
    name: service,
    uid: '',
    resourceVersion: '',
    service,
    ready: true,
    ports: [],
  }),
};

/** The slices of one Service; `unknown` where they cannot be read. */
export function slicesOf(
  related: RelatedObjects,
  { namespace, name }: { namespace: string; name: string },
): readonly EndpointSlice[] | 'unknown' {
  // What this kind's parser made.
  return related.of(endpointSlices.resource.kind, namespace, name) as readonly EndpointSlice[] | 'unknown';
}
