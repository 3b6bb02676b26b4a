import { z } from 'zod';
import { list, part, text } from '../lenient.ts';
import { readServerArguments, type ServerArguments } from '../server-arguments.ts';
import { type ServerKind, serverOfName } from '../server-kind.ts';

/** What is kept of a predictor. Arguments and variables are read at once: among them are values that are nobody's business. */
export interface Predictor {
  /** `model`: a serving runtime runs it; `container`: its own containers; `unknown`: neither could be read. */
  kind: 'model' | 'container' | 'unknown';
  format: string | undefined;
  /** The serving runtime by the spec, else by the status. */
  runtime: string | undefined;
  /** `other` is a server of KServe without a known OpenAI path; undefined where nothing tells. */
  server: ServerKind | 'other' | undefined;
  /** Reached by gRPC alone, by `protocolVersion`. */
  grpc: boolean;
  arguments: ServerArguments;
  /** `spec.predictor.name`: a part of the names of its Deployment and Service (v0.20, for canaries). */
  name: string | undefined;
}

/** The old form, `predictor.huggingface` and the like, which KServe's webhook turns into `model`. */
const OLD_FORMS = [
  'huggingface',
  'sklearn',
  'xgboost',
  'lightgbm',
  'tensorflow',
  'pytorch',
  'triton',
  'onnx',
  'pmml',
  'paddle',
] as const;

const containerShape = {
  image: text,
  command: list(z.string()),
  args: list(z.string()),
  // A variable without value and source is the empty text to Kubernetes.
  env: list(
    z
      .object({ name: z.string(), value: text, valueFrom: z.unknown().optional() })
      .transform(({ name, value, valueFrom }) => ({ name, value: valueFrom ? undefined : (value ?? '') })),
  ),
};
const modelShape = { ...containerShape, modelFormat: part({ name: text }), runtime: text, protocolVersion: text };

/** The parts of `spec.predictor` that are read. */
export const predictorSchema = part({
  name: text,
  model: part(modelShape),
  containers: list(z.object({ ...containerShape, name: text })),
  ...(Object.fromEntries(OLD_FORMS.map((form) => [form, part(modelShape)])) as Record<
    (typeof OLD_FORMS)[number],
    ReturnType<typeof part<typeof modelShape>>
  >),
});
type PredictorSpec = z.output<typeof predictorSchema>;

/**
 * Reads a predictor: which server it is, and what its arguments say.
 *
 * What tells the server, in this order: the command or image that the object gives, the name of the serving runtime, the model format.
 *
 * @param object.runtime the serving runtime that the status names.
 */
export function readPredictor(spec: PredictorSpec, object: { name: string; runtime: string | undefined }): Predictor {
  const oldForm = OLD_FORMS.find((form) => spec?.[form]);
  const model = spec?.model ?? (oldForm ? spec?.[oldForm] : undefined);
  // Beside a model, containers are side-cars.
  const container = model ? undefined : (spec?.containers.find(isServer) ?? spec?.containers[0]);
  const format = spec?.model ? spec.model.modelFormat?.name : oldForm;
  const runtime = model ? model.runtime || object.runtime : undefined;
  const read = readServerArguments(model ?? container ?? {}, { name: object.name, appended: model !== undefined });
  return {
    kind: model ? 'model' : container ? 'container' : 'unknown',
    format,
    runtime,
    server: read.server ?? (runtime ? serverOfName(runtime) : undefined) ?? (format ? serverOfName(format) : undefined),
    grpc: model?.protocolVersion?.startsWith('grpc') ?? false,
    arguments: read,
    name: spec?.name,
  };
}

function isServer(container: { name?: string | undefined }): boolean {
  return container.name === 'kserve-container';
}
