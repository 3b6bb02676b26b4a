import { ANNOTATION_PREFIX, ANNOTATIONS, type Annotation, findAnnotation, nearestAnnotation } from './annotations.ts';
import type { Problem } from './projection.ts';
import { visible } from './visible.ts';

/** Most refused keys that are told one by one; an object may carry thousands. */
const MAX_KEY_PROBLEMS = 5;

/**
 * What is wrong with the keys of an object's annotations, given without our prefix.
 *
 * @param source - the kind of its source: some annotations are for one of them alone
 */
export function refusedKeys(keys: readonly string[], source: string | undefined): Problem[] {
  const refused = keys.filter((key) => !mayCarry(source, findAnnotation(key)));
  const more = refused.length - MAX_KEY_PROBLEMS;
  return [
    ...refused.slice(0, MAX_KEY_PROBLEMS).map((key) => keyProblem(key, source)),
    ...(more > 0
      ? [
          invalid(
            `${more} more annotations that begin with ${ANNOTATION_PREFIX} are not known. ${availableKeys(source)}`,
          ),
        ]
      : []),
  ];
}

function mayCarry(source: string | undefined, annotation: Annotation | undefined): boolean {
  return annotation?.available === true && (annotation.source === undefined || annotation.source === source);
}

/** A refused key is named without its value, which nobody read and which may be a credential in the wrong place. */
function keyProblem(key: string, source: string | undefined): Problem {
  const annotation = findAnnotation(key);
  const name = `${ANNOTATION_PREFIX}${visible(key.slice(0, 80))}`;
  if (annotation?.available)
    return invalid(`${name} is for the source ${annotation.source} alone; remove it. ${availableKeys(source)}`);
  if (annotation) return invalid(`${name} is not supported by this version; remove it. ${availableKeys(source)}`);
  const nearest = nearestAnnotation(key);
  const hint = nearest ? `did you mean ${ANNOTATION_PREFIX}${nearest}?` : 'remove it.';
  return invalid(`${name} is not a known annotation; ${hint} ${availableKeys(source)}`);
}

function availableKeys(source: string | undefined): string {
  const keys = ANNOTATIONS.filter((annotation) => mayCarry(source, annotation)).map((annotation) => annotation.key);
  return `Allowed after ${ANNOTATION_PREFIX}: ${keys.join(', ')}.`;
}

function invalid(message: string): Problem {
  return { reason: 'InvalidAnnotation', message };
}
