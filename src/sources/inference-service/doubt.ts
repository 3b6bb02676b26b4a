import type { Doubt, Options } from '../../registration/index.ts';
import type { InferenceService } from './schema.ts';
import type { Resolved } from './with-runtime.ts';

/**
 * What of an object is not certain while its serving runtime cannot be had: neither an annotation nor the object's own arguments say it.
 * A runtime of KServe's own that is not there is taken to be as shipped; only its name for the model may have been another.
 */
export function doubtOf(object: InferenceService, resolved: Resolved, options: Options): Doubt | undefined {
  if (!resolved.absent && !resolved.assumed) return undefined;
  const { arguments: own } = object.predictor;
  const absent = resolved.absent !== undefined;
  const said = [options.mode, options.embedding, own.mode, own.task];
  const servedName = options.servedName === undefined && !own.flagged;
  const doubt = {
    servedName,
    names: servedName && options.names === undefined,
    basePath: absent && [options.basePath, own.openAiPrefix, own.server].every((value) => value === undefined),
    // A task of the object goes before one of the runtime, also one that is no mode.
    mode: absent && said.every((value) => value === undefined),
    length: absent && options.maxModelLen === undefined && own.maxModelLen === undefined,
  };
  return Object.values(doubt).some(Boolean) ? doubt : undefined;
}
