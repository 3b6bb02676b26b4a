import { type ModelRecord, type StampedRecord, sourceKey } from '../../registration/index.ts';
import type { Known, Serving } from './known.ts';

// Why a row stays as it is, each the end of a sentence: what is the matter, and what to do.

/** An object wants the name, and does not serve. */
export function notReady({ source, projection }: Known['objects'][number]): string {
  const why =
    projection.state === 'invalid'
      ? projection.problems[0].message
      : projection.state === 'serve'
        ? projection.waitingFor
        : projection.why;
  return `${sourceKey(source)} declares this name, and does not serve: ${why?.replace(/\.$/, '') ?? 'it is not Ready'}`;
}

/** A row that has the name of an object, and leads elsewhere. */
export function unlike({ source, registration: { publicName, provider, servedName, apiBase } }: Serving): string {
  return `its base or its model is not that of ${sourceKey(source)} (${provider}/${servedName} at ${apiBase}): adopt "${publicName}" by its name, if it is the same all the same`;
}

/** A model of LiteLLM’s config file. */
export function inConfigFile({ id }: ModelRecord): string {
  return `it stands in LiteLLM’s config file (${id}), which no API changes: remove it from model_list there, and the object gets the name by itself`;
}

/** The row that the object itself would have: its id is taken. */
export function withoutMark({ id }: ModelRecord): string {
  return `it is the object's own row (${id}), and somebody took our mark off it, so that none can be made beside it: delete it in LiteLLM, and it is made anew after --settle`;
}

/** A row whose object is gone. */
export function notThere(source: string, owner: string): string {
  return `its object ${source} is not there, or not looked after: if no other cluster has it, withdraw with --owner-id ${owner} takes out what is left`;
}

/** A row of another uid than the object of its name. */
export function ofAnotherObject(source: string): string {
  return `it was made for another object of this name, ${source}: of another cluster, or of this cluster before it was built anew. If that one is gone, give --rebuilt`;
}

/** A row of another owner id, to somebody who asked for one that was made by hand. */
export function ofAnother({ stamp: { owner, source, uid } }: StampedRecord, { objects }: Known): string {
  if (objects.some((one) => sourceKey(one.source) === source && one.uid === uid)) {
    return `it was registered under owner id ${owner}: stop the controller of that owner id, then give --from-owner ${owner}`;
  }
  return `it belongs to another installation (owner ${owner}), for ${source} there: choose another name with model-registrar.io/model-name`;
}
