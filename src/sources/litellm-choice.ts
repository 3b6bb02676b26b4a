import { ANNOTATION_PREFIX } from '../registration/index.ts';
import type { BackendModel } from './backend/index.ts';
import type { AnnotatedObject } from './object/index.ts';
import type { SourceObject } from './source.ts';

/** The LiteLLM that an object of whatever source names, by an annotation or in its entry; undefined where it names none. */
export function litellmChoice(object: SourceObject): string | undefined {
  if (hasEntry(object)) return object.entry.litellm;
  return hasAnnotations(object) ? object.annotations[`${ANNOTATION_PREFIX}litellm`] : undefined;
}

function hasAnnotations(object: SourceObject): object is AnnotatedObject {
  return 'annotations' in object;
}

function hasEntry(object: SourceObject): object is BackendModel {
  return 'entry' in object;
}
