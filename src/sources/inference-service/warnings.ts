import { ANNOTATION_PREFIX, type Options, type Problem, quoted } from '../../registration/index.ts';
import { notRoutable } from '../object/index.ts';
import type { Predictor } from './predictor.ts';
import type { InferenceService } from './schema.ts';

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
