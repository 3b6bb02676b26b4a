import { ANNOTATION_PREFIX, type Json, type Options, type Problem, quoted } from '../../registration/index.ts';
import type { Predictor } from './predictor.ts';
import type { InferenceService } from './schema.ts';

/** LiteLLM's parameters beside model and address. */
export function paramsOf({ params, tags }: Options): Record<string, Json> {
  // Without a key LiteLLM would send the one that its environment holds for the provider (measured on 1.106.0).
  return { ...params, ...(tags && { tags }), api_key: 'not-needed' };
}

/** What LiteLLM tells its clients about the model; annotations of their own go before `model-info`. */
export function infoOf({ arguments: read }: Predictor, options: Options): Record<string, Json> {
  // `embedding: "false"` speaks against what the arguments look like.
  const readMode = options.embedding === false && read.mode === 'embedding' ? undefined : read.mode;
  const mode = options.mode ?? readMode;
  const length = options.maxModelLen ?? read.maxModelLen;
  return {
    ...options.info,
    ...(mode === undefined ? {} : { mode }),
    ...(length === undefined ? {} : { max_tokens: length, max_input_tokens: length }),
    ...(options.notes === undefined ? {} : { notes: options.notes }),
  };
}

/** What could not be read and would make calls fail if the default is wrong. */
export function warningsOf(
  { marks }: InferenceService,
  predictor: Predictor,
  options: Options,
  served: string,
): Problem[] {
  const unread = predictor.arguments.unread.flatMap(({ setting, what }) => {
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
  return marks.authenticated && !options.apiKeySecret ? [...unread, NO_KEY] : unread;
}

/** Open Data Hub's KServe puts a proxy before the server, which asks for a token. */
const NO_KEY = notRoutable(
  `security.opendatahub.io/enable-auth is "true", so that calls without a token are answered with 401; set ${ANNOTATION_PREFIX}api-key-secret to a Secret that holds one.`,
);

export function notRoutable(message: string): Problem {
  return { reason: 'NotRoutable', message };
}
