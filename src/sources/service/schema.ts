import { z } from 'zod';
import { list, part, text } from '../lenient.ts';
import { type AnnotatedObject, isAnnotated, readIdentity, UNANNOTATED } from '../object/index.ts';
import type { SourceObject } from '../source.ts';

export interface ServicePort {
  /** Empty for the only one, which may have none. */
  name: string;
  port: number;
  /** A number, or the name of a port of the pods. */
  targetPort: number | string | undefined;
  /** Whether TLS is spoken on it, by its application protocol, its name or its number. */
  secure: boolean;
}

/** What is kept of a Service. */
export interface Service extends AnnotatedObject {
  deleting: boolean;
  /** The object of KServe or Knative that makes it, as `InferenceService qwen`. */
  madeBy: string | undefined;
  type: string;
  /** Whether Kubernetes finds its pods. Without, somebody may choose its addresses. */
  selects: boolean;
  /** Its name leads to the pods themselves. */
  headless: boolean;
  /** Those of TCP. */
  ports: ServicePort[];
  /** Where a load balancer answers for it. */
  balancer: string | undefined;
}

const schema = z.object({
  metadata: z.object({
    deletionTimestamp: text,
    ownerReferences: list(z.object({ apiVersion: z.string(), kind: z.string(), name: z.string() })),
  }),
  spec: part({
    type: text,
    clusterIP: text,
    selector: z.record(z.string(), z.unknown()).optional().catch(undefined),
    ports: list(
      z.object({
        name: text,
        port: z.int().min(1).max(65_535),
        protocol: text,
        appProtocol: text,
        targetPort: z
          .union([z.int().min(1).max(65_535), z.string()])
          .optional()
          .catch(undefined),
      }),
    ),
  }),
  status: part({ loadBalancer: part({ ingress: list(z.object({ hostname: text, ip: text })) }) }),
});

/** Groups whose objects make Services with their own annotations on them. */
const MAKERS = /^(?:serving\.kserve\.io|(?:serving|networking\.internal)\.knative\.dev)\//;

const UNREAD: Omit<Service, keyof SourceObject> = {
  ...UNANNOTATED,
  deleting: false,
  madeBy: undefined,
  type: 'ClusterIP',
  selects: true,
  headless: false,
  ports: [],
  balancer: undefined,
};

/**
 * Trims a Service to what the projection reads: nothing of one that nobody annotated, since nothing else tells that it serves a model.
 *
 * @throws UnreadableObjectError when namespace, name, uid, resourceVersion or creation time cannot be read
 */
export function parseService(raw: unknown): Service {
  const { identity, own } = readIdentity('Service', raw);
  if (!isAnnotated(own)) return { ...identity, ...UNREAD };
  const { metadata, spec, status } = schema.parse(raw);
  const maker = metadata.ownerReferences.find(({ apiVersion }) => MAKERS.test(apiVersion));
  const [ingress] = status?.loadBalancer?.ingress ?? [];
  return {
    ...identity,
    ...own,
    deleting: Boolean(metadata.deletionTimestamp),
    madeBy: maker && `${maker.kind} ${maker.name}`,
    type: spec?.type ?? 'ClusterIP',
    selects: Object.keys(spec?.selector ?? {}).length > 0,
    headless: spec?.clusterIP === 'None',
    ports: (spec?.ports ?? []).flatMap(({ name = '', port, protocol = 'TCP', appProtocol, targetPort }) =>
      protocol === 'TCP'
        ? [
            {
              name,
              port,
              targetPort,
              secure: appProtocol?.toLowerCase() === 'https' || name === 'https' || port === 443,
            },
          ]
        : [],
    ),
    balancer: ingress?.hostname || ingress?.ip || undefined,
  };
}
