import { ANNOTATION_PREFIX } from './annotations.ts';
import { matchesAny } from './pattern.ts';
import type { Problem } from './projection.ts';
import { NO_NAMESPACE } from './registration.ts';
import { quoted } from './visible.ts';

/** A LiteLLM among several, and for whose objects it is. */
export interface Audience {
  name: string;
  /** Patterns of the namespaces whose objects may choose it; undefined: all. */
  namespaces: readonly string[] | undefined;
  /** Patterns of the namespaces whose objects go there where they choose none. */
  defaultFor: readonly string[];
}

/** To which LiteLLM an object belongs, or why to none. */
export type Assignment = { litellm: string } | { problem: Problem };

/**
 * Chooses the LiteLLM of an object: the one that it names, if that is for its namespace, else that of its namespace, else the first.
 * Of those that are not for a namespace its people learn nothing, not even the names.
 *
 * @param all - the default one first
 * @param choice - what the annotation says; undefined where there is none
 */
export function assignLiteLlm(all: readonly Audience[], namespace: string, choice: string | undefined): Assignment {
  // What an administrator lists himself has no namespace.
  if (choice === undefined && namespace === NO_NAMESPACE && all[0]) return { litellm: all[0].name };
  const open = all.filter((one) => isFor(one, namespace));
  const found =
    choice === undefined
      ? (open.find(({ defaultFor }) => matchesAny(defaultFor, namespace)) ?? open.find((one) => one === all[0]))
      : open.find(({ name }) => name === choice);
  if (found) return { litellm: found.name };
  const names = open.map(({ name }) => name).join(', ');
  const allowed = open.length > 0 ? `Allowed: ${names}` : 'None is: ask the administrator of model-registrar';
  return { problem: { reason: 'InvalidAnnotation', message: `${whatIsWrong(namespace, choice)}. ${allowed}.` } };
}

function whatIsWrong(namespace: string, choice: string | undefined): string {
  const annotation = `${ANNOTATION_PREFIX}litellm`;
  if (choice === undefined)
    return `${annotation} is missing: no LiteLLM takes objects of the namespace ${namespace} that choose none`;
  if (namespace === NO_NAMESPACE)
    return `litellm of its entry is ${quoted(choice)}: it is no LiteLLM of this installation`;
  return `${annotation} is ${quoted(choice)}: it is no LiteLLM for objects of the namespace ${namespace}`;
}

/** What an administrator lists himself may go anywhere. */
function isFor({ namespaces, defaultFor }: Audience, namespace: string): boolean {
  if (namespaces === undefined || namespace === NO_NAMESPACE) return true;
  return matchesAny(namespaces, namespace) || matchesAny(defaultFor, namespace);
}
