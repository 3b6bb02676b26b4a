import { z } from 'zod';
import { containerShape } from '../container-shape.ts';
import { list, part, text } from '../lenient.ts';
import { readServerArguments, type ServerArguments, type ServerContainer } from '../server-arguments.ts';
import { type ServerKind, serverOfName } from '../server-kind.ts';
import type { TemplateData } from '../template.ts';
import { trimContainer } from '../trim-container.ts';
import { serverContainer } from './container.ts';
import type { RuntimeRef } from './runtime.ts';

/** What is kept of a predictor. Arguments and variables are read at once: among them are values that are nobody's business. */
export interface Predictor {
  /** `model`: a serving runtime runs it; `container`: its own containers; `unknown`: neither could be read. */
  kind: 'model' | 'container' | 'unknown';
  format: string | undefined;
  /** The serving runtime by the status, else by the spec: the status follows the pods. */
  runtime: RuntimeRef | undefined;
  /** `other` is a server of KServe without a known OpenAI path; undefined where nothing tells. */
  server: ServerKind | 'other' | undefined;
  /** Why what it serves has no OpenAI API, as part of a sentence. */
  unsuited: string | undefined;
  arguments: ServerArguments;
  /** What a runtime's container is merged with. */
  container: ServerContainer;
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
 * Reads a predictor: which server it is, and what its own arguments say.
 *
 * What tells the server, in this order: the command or image that the object gives, the name of the serving runtime, the model format.
 *
 * @param object.runtime the serving runtime that the status names.
 */
export function readPredictor(
  spec: PredictorSpec,
  object: TemplateData & { runtime: RuntimeRef | undefined },
): Predictor {
  const oldForm = OLD_FORMS.find((form) => spec?.[form]);
  const model = spec?.model ?? (oldForm ? spec?.[oldForm] : undefined);
  // Beside a model, containers are side-cars.
  const container = model ? undefined : serverContainer(spec?.containers);
  const format = spec?.model ? spec.model.modelFormat?.name : oldForm;
  const chosen: RuntimeRef | undefined = model?.runtime ? { name: model.runtime, scope: 'either' } : undefined;
  const runtime = model ? (object.runtime ?? chosen) : undefined;
  const named = serverByName(runtime?.name, format);
  const hint = named === 'other' ? undefined : named;
  const read = readServerArguments(model ?? container ?? {}, {
    ...object,
    appended: model !== undefined,
    server: hint,
  });
  return {
    kind: model ? 'model' : container ? 'container' : 'unknown',
    format,
    runtime,
    server: read.server ?? named,
    unsuited: model?.protocolVersion?.startsWith('grpc')
      ? 'the model is served by gRPC, which LiteLLM does not speak'
      : undefined,
    arguments: read,
    container: model ? trimContainer(model) : {},
    name: spec?.name,
  };
}

/** What the names of the runtime and of the format tell. */
export function serverByName(
  runtime: string | undefined,
  format: string | undefined,
): ServerKind | 'other' | undefined {
  return (runtime ? serverOfName(runtime) : undefined) ?? (format ? serverOfName(format) : undefined);
}
