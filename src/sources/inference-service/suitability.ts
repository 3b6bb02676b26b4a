import { quoted } from '../../registration/index.ts';
import { noKnownPath } from './address.ts';
import type { Predictor } from './predictor.ts';
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

/** Why a model that a server of OpenAI's API runs is none for its calls, as part of a sentence; undefined where nothing says so. */
export function predictiveReason({ marks }: InferenceService, predictor: Predictor): string | undefined {
  if (marks.predictive) return 'opendatahub.io/model-type is "predictive", for which OpenAI\'s API has no call';
  const { task } = predictor.arguments;
  return task !== undefined && PREDICTIVE_TASKS.has(task)
    ? `its task is ${quoted(task)}, for which OpenAI's API has no call`
    : undefined;
}

/** Why an object that nobody annotated is not taken under `--selection all`; undefined where it plainly serves an OpenAI API. */
export function unsuitedReason(object: InferenceService, predictor: Predictor): string | undefined {
  const reason = predictor.unsuited ?? predictiveReason(object, predictor);
  if (reason !== undefined) return reason;
  if (predictor.server && predictor.server !== 'other') return undefined;
  return predictor.kind === 'container' ? 'its container does not plainly serve an OpenAI API' : noKnownPath(predictor);
}
