import { z } from 'zod';
import { containerShape } from '../container-shape.ts';
import { list, part, text } from '../lenient.ts';
import { readRelatedIdentity } from '../object/index.ts';
import type { ServerContainer } from '../server-arguments.ts';
import { type ServerKind, serverOfName } from '../server-kind.ts';
import type { RelatedKind, RelatedObject, RelatedObjects } from '../source.ts';
import { trimContainer } from '../trim-container.ts';
import { serverContainer } from './container.ts';

/** What is kept of a ServingRuntime or ClusterServingRuntime. */
export interface ServingRuntime extends RelatedObject {
  /** By the annotation `serving.kserve.io/server-type`; `other` for those of KServe without a known OpenAI path. */
  server: ServerKind | 'other' | undefined;
  /** Why what it serves has no OpenAI API, as part of a sentence. */
  unsuited: string | undefined;
  container: ServerContainer;
}

/** Which runtime an InferenceService is served by. */
export interface RuntimeRef {
  name: string;
  /** `either`: one of the namespace goes before one of the cluster. */
  scope: 'namespace' | 'cluster' | 'either';
}

const NAMESPACED = 'ServingRuntime';
const CLUSTER_WIDE = 'ClusterServingRuntime';

const schema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.unknown()).catch({}) }),
  spec: part({
    containers: list(z.object({ ...containerShape, name: text })),
    protocolVersions: list(z.string()),
    multiModel: z.boolean().optional().catch(undefined),
  }),
});

/** The kinds that say with which arguments a model is served (KServe v0.20.0, `pkg/apis/serving/v1alpha1/servingruntime_types.go`). */
export const runtimeKinds: readonly RelatedKind<ServingRuntime>[] = [
  runtimeKind(NAMESPACED, 'servingruntimes', false),
  runtimeKind(CLUSTER_WIDE, 'clusterservingruntimes', true),
];

/**
 * The runtime of an InferenceService. Without a name in the status the one in the spec counts, of the namespace before that of the
 * cluster (KServe v0.20.0, `GetServingRuntime`).
 *
 * @returns `missing` where it is not there, `unknown` where that cannot be known
 */
export function findRuntime(
  { name, scope }: RuntimeRef,
  namespace: string,
  related: RelatedObjects,
): ServingRuntime | 'missing' | 'unknown' {
  if (scope === 'cluster') return asRuntime(related.find(CLUSTER_WIDE, '', name));
  const own = asRuntime(related.find(NAMESPACED, namespace, name));
  // While those of the namespace are unknown one of them may go before the cluster's.
  return scope === 'namespace' || own !== 'missing' ? own : asRuntime(related.find(CLUSTER_WIDE, '', name));
}

/** Whether the object with this runtime means something else when `related` changes. */
export function namesRuntime(
  ref: RuntimeRef | undefined,
  namespace: string,
  kind: string,
  related: RelatedObject,
): boolean {
  if (ref?.name !== related.name) return false;
  if (kind === NAMESPACED) return ref.scope !== 'cluster' && related.namespace === namespace;
  return kind === CLUSTER_WIDE && ref.scope !== 'namespace';
}

function runtimeKind(kind: string, plural: string, clusterWide: boolean): RelatedKind<ServingRuntime> {
  return {
    resource: { group: 'serving.kserve.io', version: 'v1alpha1', plural, kind },
    clusterWide,
    title: 'serving runtimes',
    without: {
      happens: 'served names that only a serving runtime sets are not seen',
      instead: 'set model-registrar.io/served-name on the objects',
    },
    parse: (raw) => parseRuntime(kind, raw),
  };
}

function parseRuntime(kind: string, raw: unknown): ServingRuntime {
  const identity = readRelatedIdentity(kind, raw);
  const { metadata, spec } = schema.parse(raw);
  const type = metadata.annotations['serving.kserve.io/server-type'];
  return {
    ...identity,
    server: typeof type === 'string' ? serverOfName(type) : undefined,
    unsuited: unsuited(metadata.annotations['opendatahub.io/apiProtocol'], spec),
    container: trimContainer(serverContainer(spec?.containers) ?? {}),
  };
}

/** `protocolVersions` knows no OpenAI: only a runtime of nothing but gRPC says something. Open Data Hub has `REST` and `gRPC`. */
function unsuited(apiProtocol: unknown, spec: z.output<typeof schema>['spec']): string | undefined {
  const versions = spec?.protocolVersions ?? [];
  const grpc = versions.length > 0 && versions.every((version) => version.startsWith('grpc'));
  if (grpc || (typeof apiProtocol === 'string' && apiProtocol.toLowerCase() === 'grpc')) {
    return 'its serving runtime speaks gRPC, which LiteLLM does not speak';
  }
  return spec?.multiModel ? 'its serving runtime is one of ModelMesh, which has no OpenAI API' : undefined;
}

/** Only {@link runtimeKinds} parse objects of these kinds. */
function asRuntime(found: RelatedObject | 'missing' | 'unknown'): ServingRuntime | 'missing' | 'unknown' {
  return typeof found === 'string' ? found : (found as ServingRuntime);
}
