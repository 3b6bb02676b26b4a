import {
  ANNOTATION_PREFIX,
  type Options,
  type Problem,
  publicNameProblem,
  quoted,
  servedNameProblem,
} from '../../registration/index.ts';
import type { AnnotatedObject } from './identity.ts';

/**
 * The public names that an object declares, whatever else is wrong with it.
 *
 * Where an annotation that sets the name is there but wrong, or the served name cannot be known, no other name is claimed in its stead.
 */
export function declaredNames(
  object: Pick<AnnotatedObject, 'annotations' | 'malformed'>,
  options: Options,
  served: string | undefined,
): string[] {
  if (options.names) return options.names;
  const refused = (key: string) => Object.hasOwn(object.annotations, key) || object.malformed.includes(key);
  if (refused(`${ANNOTATION_PREFIX}model-name`)) return [];
  if (options.servedName === undefined && refused(`${ANNOTATION_PREFIX}served-name`)) return [];
  return served === undefined || publicNameProblem(served) ? [] : [served];
}

/** Why the served name cannot be used, or not as the public name, which it is by default. */
export function nameProblems(served: string, options: Options): Problem[] {
  const servedProblem = servedNameProblem(served);
  if (servedProblem) {
    return [
      invalidAnnotation(
        `The served name ${quoted(served)} cannot be used: ${servedProblem}; set ${ANNOTATION_PREFIX}served-name.`,
      ),
    ];
  }
  const publicProblem = options.names ? undefined : publicNameProblem(served);
  if (!publicProblem) return [];
  return [
    invalidAnnotation(
      `The served name ${quoted(served)} cannot be the public name: ${publicProblem}; set ${ANNOTATION_PREFIX}model-name.`,
    ),
  ];
}

function invalidAnnotation(message: string): Problem {
  return { reason: 'InvalidAnnotation', message };
}
