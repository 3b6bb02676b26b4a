import {
  ANNOTATION_PREFIX,
  type Json,
  type Options,
  type Problem,
  type Projection,
  publicNameProblem,
  quoted,
  readOptions,
  servedNameProblem,
  visible,
} from '../../registration/index.ts';
import type { ProjectionSettings } from '../source.ts';
import { readAddress, readBasePath } from './address.ts';
import type { Condition, ConditionType, InferenceService } from './schema.ts';

/** Tasks of KServe's Hugging Face server and of vLLM that have no call in OpenAI's API. */
const PREDICTIVE_TASKS: ReadonlySet<string> = new Set([
  'sequence_classification',
  'token_classification',
  'fill_mask',
  'time_series_forecast',
  'classify',
  'reward',
]);

/**
 * What an InferenceService means now. Pure, and never throws.
 *
 * Ready is KServe's own word, and a False one is only ever a reason to wait, since pods may serve all the same (measured on KServe
 * v0.20.0). Going away, by deletion or by KServe's stop annotation, is read from the metadata: the status still says Ready then.
 */
export function projectInferenceService(object: InferenceService, settings: ProjectionSettings): Projection {
  const annotated = Object.keys(object.annotations).length + object.malformed.length > 0;
  const { options, problems } = readOptions(object.annotations);
  if (!annotated && settings.selection === 'annotated') return ignore(`no annotation begins with ${ANNOTATION_PREFIX}`);
  if (options.enabled === false) return ignore(`${ANNOTATION_PREFIX}enabled is "false"`);
  if (!annotated && !plainlyOpenAi(object)) return ignore('it does not plainly serve an OpenAI API');

  const served = options.servedName ?? object.predictor.arguments.servedNames[0] ?? object.name;
  const names = declaredNames(object, options, served);
  if (object.deleting) return { state: 'withdraw', names, why: 'it is being deleted' };
  if (object.stopped) return { state: 'withdraw', names, why: 'serving.kserve.io/stop is "true"' };
  if (object.deploymentMode === 'ModelMesh') {
    const why = 'ModelMesh serves it, which has no OpenAI API';
    return annotated ? { state: 'invalid', names, problems: [notRoutable(`${why}.`)] } : ignore(why);
  }

  const basePath = readBasePath(object, options.basePath);
  const address = readAddress(object.address);
  problems.push(...object.malformed.map(malformed), ...nameProblems(served, options));
  if (basePath.problem) {
    problems.push(notRoutable(`${basePath.problem}; set ${ANNOTATION_PREFIX}base-path to the path of its OpenAI API.`));
  }
  if (address?.problem) problems.push(notRoutable(`${address.problem}.`));
  const [first, ...rest] = problems;
  if (first) return { state: 'invalid', names, problems: [first, ...rest] };

  const unready = unreadyReason(object);
  if (unready) return { state: 'hold', names, why: unready };
  if (!address) return { state: 'hold', names, why: 'it is not routable yet: KServe reports no address' };
  const knative = object.deploymentMode === 'Knative';
  const info = infoOf(object, options);
  return {
    state: 'serve',
    names,
    registrations: names.map((publicName) => ({
      publicName,
      provider: options.provider,
      servedName: served,
      apiBase: `${address.text}${basePath.text}`,
      // Without a key LiteLLM would send the one that its environment holds for the provider (measured on 1.106.0).
      params: { api_key: 'not-needed' },
      info: { ...info },
    })),
    // A Standard service of no replicas is Ready before any pod; Knative holds calls until there is one.
    ...(knative || object.copies > 0 ? {} : { waitingFor: 'no copy of the model serves yet' }),
    rollingOut: knative
      ? object.latestReadyRevision !== object.latestCreatedRevision
      : object.conditions.PredictorReady?.reason === 'MinimumReplicasAvailable',
    warnings: warningsOf(object, options, served),
  };
}

/** Whether an object that nobody annotated is taken under `--selection all`. */
function plainlyOpenAi({ predictor }: InferenceService): boolean {
  if (!predictor.server || predictor.server === 'other' || predictor.grpc) return false;
  return !PREDICTIVE_TASKS.has(predictor.arguments.task ?? '');
}

/** Where an annotation that sets the name is there but wrong, no other name is claimed in its stead. */
function declaredNames(object: InferenceService, options: Options, served: string): string[] {
  if (options.names) return options.names;
  const refused = (key: string) => Object.hasOwn(object.annotations, key) || object.malformed.includes(key);
  if (refused(`${ANNOTATION_PREFIX}model-name`)) return [];
  if (options.servedName === undefined && refused(`${ANNOTATION_PREFIX}served-name`)) return [];
  return publicNameProblem(served) ? [] : [served];
}

function nameProblems(served: string, options: Options): Problem[] {
  const servedProblem = servedNameProblem(served);
  if (servedProblem) {
    return [
      invalid(
        `The served name ${quoted(served)} cannot be used: ${servedProblem}; set ${ANNOTATION_PREFIX}served-name.`,
      ),
    ];
  }
  const publicProblem = options.names ? undefined : publicNameProblem(served);
  if (!publicProblem) return [];
  return [
    invalid(
      `The served name ${quoted(served)} cannot be the public name: ${publicProblem}; set ${ANNOTATION_PREFIX}model-name.`,
    ),
  ];
}

/** Why the object is not ready to be registered; undefined where it is. */
function unreadyReason({ conditions, hasTransformer }: InferenceService): string | undefined {
  const { Ready: ready, PredictorReady: predictor, TransformerReady: transformer } = conditions;
  if (!ready) return 'KServe has not said yet whether it is Ready';
  if (ready.status !== 'True') {
    // Ready's own reason hides the cause ("Predictor ingress not created").
    return predictor && predictor.status !== 'True' ? told('PredictorReady', predictor) : told('Ready', ready);
  }
  // Without an Ingress, Ready passes over a transformer, behind whose address there may be no pod (measured on KServe v0.20.0).
  if (hasTransformer && transformer && transformer.status !== 'True') return told('TransformerReady', transformer);
  return undefined;
}

function told(type: ConditionType, { status, reason, message }: Condition): string {
  return visible([`${type} is ${status}`, reason, message].filter(Boolean).join(': '));
}

function infoOf(object: InferenceService, options: Options): Record<string, Json> {
  const read = object.predictor.arguments;
  // `embedding: "false"` speaks against what the arguments look like.
  const readMode = options.embedding === false && read.mode === 'embedding' ? undefined : read.mode;
  const mode = options.mode ?? readMode;
  const length = options.maxModelLen ?? read.maxModelLen;
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(length === undefined ? {} : { max_tokens: length, max_input_tokens: length }),
    ...(options.notes === undefined ? {} : { notes: options.notes }),
  };
}

/** What could not be read and would make calls fail if the default is wrong. */
function warningsOf({ predictor }: InferenceService, options: Options, served: string): Problem[] {
  return predictor.arguments.unread.flatMap(({ setting, what }) => {
    if (setting === 'servedNames' && options.servedName === undefined) {
      return [
        notRoutable(
          `${what}; ${quoted(served)} is taken as the served name. Set ${ANNOTATION_PREFIX}served-name if it is another.`,
        ),
      ];
    }
    if (setting === 'openAiPrefix' && options.basePath === undefined) {
      return [notRoutable(`${what}; set ${ANNOTATION_PREFIX}base-path if calls fail.`)];
    }
    return [];
  });
}

function malformed(key: string): Problem {
  return invalid(`${visible(key.slice(0, 100))} is no text; put its value in quotes.`);
}

function ignore(why: string): Projection {
  return { state: 'ignore', names: [], why };
}

function notRoutable(message: string): Problem {
  return { reason: 'NotRoutable', message };
}

function invalid(message: string): Problem {
  return { reason: 'InvalidAnnotation', message };
}
