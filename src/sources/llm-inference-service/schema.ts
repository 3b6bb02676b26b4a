import { z } from 'zod';
import { containerShape } from '../container-shape.ts';
import { list, part, text } from '../lenient.ts';
import { type AnnotatedObject, isAnnotated, readIdentity, UNANNOTATED } from '../object/index.ts';
import { readServerArguments, type ServerArguments } from '../server-arguments.ts';
import type { ProjectionSettings, SourceObject } from '../source.ts';

/** One way to the model, as the status has it. */
export interface Address {
  /** `gateway-external`, `gateway-internal`, `internal`, also with `-model-routing` behind it; undefined without a router. */
  name: string | undefined;
  url: string;
  /** Of the Gateway that it is an address of; undefined where it is not said (v1alpha1), or is of none. */
  gatewayNamespace: string | undefined;
  /** Every model id that is answered there; undefined where it is not said (before KServe 0.20, and without a router). */
  models: string[] | undefined;
}

/** What is kept of an LLMInferenceService. */
export interface LlmInferenceService extends AnnotatedObject {
  deleting: boolean;
  /** By `serving.kserve.io/stop`. */
  stopped: boolean;
  /** Whether KServe has looked at the object as it is now. */
  observed: boolean;
  ready: { status: string; reason?: string | undefined; message?: string | undefined } | undefined;
  /** `spec.model.name`. */
  modelName: string | undefined;
  /** Names of LoRA adapters. */
  adapters: string[];
  addresses: Address[];
  /**
   * Its author names routes, gateways or host names, or may: a configuration of the object's own namespace goes before KServe's of the same
   * name (v0.20.0, `config_merge.go`). Then the host of a gateway is the author's choice.
   */
  routesItself: boolean;
  /** The Deployment that serves, or the LeaderWorkerSet, and its ready pods; undefined where the version does not say. */
  workload: { kind: string; name: string; readyReplicas: number } | undefined;
  arguments: ServerArguments;
}

const MAX_MESSAGE = 200;

const number = z.int().nonnegative().optional().catch(undefined);

const schema = z.object({
  metadata: z.object({ deletionTimestamp: text, generation: number }),
  spec: part({
    model: part({ name: text, lora: part({ adapters: list(z.object({ name: z.string() })) }) }),
    template: part({ containers: list(z.object({ ...containerShape, name: text })) }),
    baseRefs: list(z.unknown()),
    router: part({
      gateway: part({ refs: list(z.unknown()) }),
      route: part({
        http: part({
          refs: list(z.unknown()),
          spec: part({ hostnames: list(z.unknown()), parentRefs: list(z.unknown()) }),
        }),
      }),
    }),
  }),
  status: part({
    observedGeneration: number,
    conditions: list(z.object({ type: z.string(), status: z.string(), reason: text, message: text })),
    addresses: list(
      z.object({
        name: text,
        url: z.string(),
        origin: part({ kind: text, namespace: text }),
        models: z
          .array(z.object({ name: z.string() }))
          .optional()
          .catch(undefined),
      }),
    ),
    appliedConfigs: z
      .array(z.object({ namespace: z.string() }))
      .optional()
      .catch(undefined),
    workloads: part({ primary: part({ kind: text, name: text, readyReplicas: number }) }),
  }),
});

const NO_ARGUMENTS: ServerArguments = { servedNames: [], unread: [] };

const UNREAD: Omit<LlmInferenceService, keyof SourceObject> = {
  ...UNANNOTATED,
  deleting: false,
  stopped: false,
  observed: false,
  ready: undefined,
  modelName: undefined,
  adapters: [],
  addresses: [],
  routesItself: false,
  workload: undefined,
  arguments: NO_ARGUMENTS,
};

/**
 * Trims an LLMInferenceService, of v1alpha2 or v1alpha1, to what the projection reads. Whatever is malformed beyond the identity counts as absent.
 *
 * @param selection - with `annotated`, no more than the identity is read where no annotation of ours is there
 * @throws UnreadableObjectError when namespace, name, uid, resourceVersion or creation time cannot be read
 */
export function parseLlmInferenceService(
  raw: unknown,
  { selection }: Partial<Pick<ProjectionSettings, 'selection'>> = {},
): LlmInferenceService {
  const { identity, own, all } = readIdentity('LLMInferenceService', raw);
  if (selection === 'annotated' && !isAnnotated(own)) return { ...identity, ...UNREAD };
  const { metadata, spec, status } = schema.parse(raw);
  const ready = status?.conditions.find(({ type }) => type === 'Ready');
  const primary = status?.workloads?.primary;
  const main = spec?.template?.containers.find(({ name }) => name === 'main');
  const stop = all['serving.kserve.io/stop'];
  return {
    ...identity,
    ...own,
    deleting: Boolean(metadata.deletionTimestamp),
    stopped: typeof stop === 'string' && stop.toLowerCase() === 'true',
    observed: status?.observedGeneration === metadata.generation,
    ready: ready && { status: ready.status, reason: ready.reason, message: ready.message?.slice(0, MAX_MESSAGE) },
    modelName: spec?.model?.name || undefined,
    adapters: (spec?.model?.lora?.adapters ?? []).map(({ name }) => name),
    addresses: (status?.addresses ?? []).map(({ name, url, origin, models }) => ({
      name,
      url,
      gatewayNamespace: origin?.kind === 'Gateway' ? origin.namespace : undefined,
      models: models?.map((model) => model.name),
    })),
    routesItself: namesOwnRoutes(spec) || hasOwnConfigs(identity.namespace, spec?.baseRefs, status?.appliedConfigs),
    workload: primary?.name
      ? { kind: primary.kind ?? '', name: primary.name, readyReplicas: primary.readyReplicas ?? 0 }
      : undefined,
    arguments: main
      ? readServerArguments(main, { ...identity, labels: {}, annotations: {}, appended: true, server: 'vllm' })
      : NO_ARGUMENTS,
  };
}

type Spec = z.output<typeof schema>['spec'];

function namesOwnRoutes(spec: Spec): boolean {
  const { gateway, route } = spec?.router ?? {};
  const { refs, spec: http } = route?.http ?? {};
  const named = [gateway?.refs, refs, http?.hostnames, http?.parentRefs];
  return named.some((own) => own !== undefined && own.length > 0);
}

/** @param applied - undefined where the version does not say: then whatever the object refers to may be of its own namespace */
function hasOwnConfigs(
  namespace: string,
  refs: readonly unknown[] | undefined,
  applied: readonly { namespace: string }[] | undefined,
): boolean {
  return applied ? applied.some((one) => one.namespace === namespace) : (refs ?? []).length > 0;
}
