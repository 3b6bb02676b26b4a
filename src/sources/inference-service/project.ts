import {
  ANNOTATION_PREFIX,
  type Json,
  type Options,
  type Problem,
  type Projection,
  quoted,
  readOptions,
  visible,
} from '../../registration/index.ts';
import type { ProjectionSettings } from '../source.ts';
import { readAddress, readBasePath } from './address.ts';
import { declaredNames, nameProblems } from './names.ts';
import { noRuntimeYet, unreadyReason } from './readiness.ts';
import type { InferenceService } from './schema.ts';

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
  const selected = annotated || plainlyOpenAi(object);
  const served = options.servedName ?? object.predictor.arguments.servedNames[0] ?? object.name;
  const names = selected ? declaredNames(object, options, served) : [];
  if (object.deleting) return { state: 'withdraw', names, why: 'it is being deleted' };
  if (object.stopped) return { state: 'withdraw', names, why: 'serving.kserve.io/stop is "true"' };
  const noRuntime = noRuntimeYet(object);
  if (!annotated && noRuntime) return { state: 'hold', names, why: noRuntime };
  if (!selected) return ignore('it does not plainly serve an OpenAI API');
  if (object.deploymentMode === 'ModelMesh') {
    const why = 'ModelMesh serves it, which has no OpenAI API';
    return annotated ? { state: 'invalid', names, problems: [notRoutable(`${why}.`)] } : ignore(why);
  }

  const basePath = readBasePath(object, options.basePath);
  const address = readAddress(object.address);
  problems.push(...object.malformed.map(malformed), ...nameProblems(served, options));
  const undecided = basePath.problem && object.conditions.Ready?.status !== 'True' ? noRuntime : undefined;
  if (basePath.problem && !undecided) {
    problems.push(notRoutable(`${basePath.problem}; set ${ANNOTATION_PREFIX}base-path to the path of its OpenAI API.`));
  }
  if (address?.problem) problems.push(notRoutable(`${address.problem}.`));
  const [first, ...rest] = problems;
  if (first) return { state: 'invalid', names, problems: [first, ...rest] };

  const unready = undecided ?? unreadyReason(object);
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
  return {
    reason: 'InvalidAnnotation',
    message: `${visible(key.slice(0, 100))} is no text; put its value in quotes.`,
  };
}

function ignore(why: string): Projection {
  return { state: 'ignore', names: [], why };
}

function notRoutable(message: string): Problem {
  return { reason: 'NotRoutable', message };
}
