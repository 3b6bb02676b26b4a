import { z } from 'zod';
import { list, part, text } from '../lenient.ts';
import { type AnnotatedObject, isAnnotated, readIdentity, UNANNOTATED } from '../object/index.ts';
import type { ProjectionSettings, SourceObject } from '../source.ts';
import { type Marks, readMarks } from './marks.ts';
import { type Predictor, predictorSchema, readPredictor } from './predictor.ts';
import type { RuntimeRef } from './runtime.ts';

/** The conditions that are kept. */
export type ConditionType = 'Ready' | 'PredictorReady' | 'TransformerReady' | 'Stopped';
const CONDITIONS: ReadonlySet<string> = new Set<ConditionType>([
  'Ready',
  'PredictorReady',
  'TransformerReady',
  'Stopped',
]);

export interface Condition {
  /** `True`, `False` or `Unknown`. */
  status: string;
  reason?: string | undefined;
  /** Cut to {@link MAX_MESSAGE} characters. */
  message?: string | undefined;
}

/** KServe's names since v0.16; the older ones are translated. */
export type DeploymentMode = 'Standard' | 'Knative' | 'ModelMesh';

/** What is kept of an InferenceService: a few hundred bytes, and no value of an argument or a variable that is not read. */
export interface InferenceService extends AnnotatedObject {
  deleting: boolean;
  marks: Marks;
  /** What the status says, else the annotation, else Knative's revisions; undefined before KServe has decided. */
  deploymentMode: DeploymentMode | undefined;
  conditions: Partial<Record<ConditionType, Condition>>;
  /** `status.address.url`: inside the cluster. */
  address: string | undefined;
  /** `status.url`: outside; it may resolve nowhere. */
  url: string | undefined;
  /** Ready pods of the predictor at KServe's last look. */
  copies: number;
  latestReadyRevision: string | undefined;
  latestCreatedRevision: string | undefined;
  /** Knative: revisions that get calls. */
  traffic: { revision: string; percent: number }[];
  /**
   * `status.observedGeneration`: of the predictor's Deployment, in Standard mode. Where there are further components it is that of the last one (KServe
   * v0.20.0, `PropagateRawStatus`), and is not kept.
   */
  deploymentGeneration: number | undefined;
  /** KServe refuses the spec (`InvalidSpec`), and leaves what serves as it is; Ready stays True (measured on v0.20.0). */
  refused: boolean;
  hasTransformer: boolean;
  predictor: Predictor;
}

const MAX_MESSAGE = 200;

const MODES: ReadonlyMap<string, DeploymentMode> = new Map([
  ['standard', 'Standard'],
  ['rawdeployment', 'Standard'],
  ['knative', 'Knative'],
  ['serverless', 'Knative'],
  ['modelmesh', 'ModelMesh'],
]);

const schema = z.object({
  metadata: z.object({
    labels: z.record(z.string(), z.unknown()).catch({}),
    deletionTimestamp: text,
  }),
  spec: part({
    predictor: predictorSchema,
    transformer: z.unknown().optional(),
    explainer: z.unknown().optional(),
  }),
  status: part({
    conditions: list(z.object({ type: z.string(), status: z.string(), reason: text, message: text })),
    address: part({ url: text }),
    url: text,
    observedGeneration: z.int().positive().optional().catch(undefined),
    deploymentMode: text,
    servingRuntimeName: text,
    clusterServingRuntimeName: text,
    modelStatus: part({
      transitionStatus: text,
      copies: part({ totalCopies: z.int().nonnegative().optional().catch(undefined) }),
    }),
    components: part({
      predictor: part({
        latestReadyRevision: text,
        latestCreatedRevision: text,
        traffic: list(z.object({ revisionName: z.string(), percent: z.number().positive() })),
      }),
    }),
  }),
});

/** All beyond the identity of an object that is not ours whatever it says: one and the same for all of them, of which there may be thousands. */
const UNREAD: Omit<InferenceService, keyof SourceObject> = {
  ...UNANNOTATED,
  deleting: false,
  marks: readMarks({}, {}),
  deploymentMode: undefined,
  conditions: {},
  address: undefined,
  url: undefined,
  copies: 0,
  latestReadyRevision: undefined,
  latestCreatedRevision: undefined,
  traffic: [],
  deploymentGeneration: undefined,
  refused: false,
  hasTransformer: false,
  predictor: readPredictor(undefined, { name: '', runtime: undefined }),
};

/**
 * Trims an InferenceService to what the projection reads. Whatever is malformed beyond the identity counts as absent.
 *
 * @param selection - with `annotated`, no more than the identity is read where no annotation of ours is there: the projection ignores it then
 * @throws UnreadableObjectError when namespace, name, uid, resourceVersion or creation time cannot be read.
 */
export function parseInferenceService(
  raw: unknown,
  { selection }: Partial<Pick<ProjectionSettings, 'selection'>> = {},
): InferenceService {
  const { identity, own, all: annotations } = readIdentity('InferenceService', raw);
  if (selection === 'annotated' && !isAnnotated(own)) return { ...identity, ...UNREAD };
  const { name, namespace } = identity;
  const { metadata, spec, status } = schema.parse(raw);
  const marks = readMarks(metadata.labels, annotations);
  const component = status?.components?.predictor;
  const hasTransformer = isThere(spec?.transformer);
  return {
    ...identity,
    ...own,
    deleting: Boolean(metadata.deletionTimestamp),
    marks,
    deploymentMode:
      modeOf(status?.deploymentMode) ??
      modeOf(annotations['serving.kserve.io/deploymentMode']) ??
      (component?.latestCreatedRevision ? 'Knative' : undefined),
    conditions: Object.fromEntries(
      (status?.conditions ?? []).flatMap(({ type, message, ...rest }) =>
        CONDITIONS.has(type) ? [[type, { ...rest, message: message?.slice(0, MAX_MESSAGE) }]] : [],
      ),
    ),
    address: status?.address?.url,
    url: status?.url,
    copies: status?.modelStatus?.copies?.totalCopies ?? 0,
    latestReadyRevision: component?.latestReadyRevision,
    latestCreatedRevision: component?.latestCreatedRevision,
    traffic: (component?.traffic ?? []).map(({ revisionName, percent }) => ({ revision: revisionName, percent })),
    deploymentGeneration: hasTransformer || isThere(spec?.explainer) ? undefined : status?.observedGeneration,
    refused: status?.modelStatus?.transitionStatus === 'InvalidSpec',
    hasTransformer,
    predictor: readPredictor(spec?.predictor, {
      name,
      namespace,
      labels: marks.labels,
      annotations: marks.annotations,
      runtime: runtimeOf(status),
    }),
  };
}

function isThere(component: unknown): boolean {
  return component !== undefined && component !== null;
}

/** KServe says since v0.16 which runtime it chose. */
function runtimeOf(status: z.output<typeof schema>['status']): RuntimeRef | undefined {
  if (status?.servingRuntimeName) return { name: status.servingRuntimeName, scope: 'namespace' };
  if (status?.clusterServingRuntimeName) return { name: status.clusterServingRuntimeName, scope: 'cluster' };
  return undefined;
}

function modeOf(value: unknown): DeploymentMode | undefined {
  return typeof value === 'string' ? MODES.get(value.toLowerCase()) : undefined;
}
