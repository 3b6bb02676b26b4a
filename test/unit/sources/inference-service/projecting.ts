import type { Projection } from '../../../../src/registration/index.ts';
import { NO_RELATED, inferenceService as source } from '../../../../src/sources/index.ts';
import { inferenceService, type Manifest, ready, stored } from '../fixtures.ts';

export const PREFIX = 'model-registrar.io/';

/** What an object means, as the API server would show it. */
export function project(manifest: Manifest, selection: 'annotated' | 'all' = 'annotated'): Projection {
  return source.project(source.parse(stored(manifest)), { selection, address: 'cluster' }, NO_RELATED);
}

/** A Ready object with annotations of ours, given without their prefix. */
export function annotated(
  annotations: Record<string, string>,
  rest: Parameters<typeof inferenceService>[0] = {},
): Manifest {
  return inferenceService({
    status: ready(),
    ...rest,
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [PREFIX + key, value])),
  });
}

/** @throws Error where it is not served */
export function served(projection: Projection) {
  if (projection.state !== 'serve') throw new Error(`Not served: ${JSON.stringify(projection)}`);
  return projection;
}

/** `reason: message` of all that is invalid. */
export function problems(projection: Projection): string[] {
  return projection.state === 'invalid'
    ? projection.problems.map(({ reason, message }) => `${reason}: ${message}`)
    : [];
}
