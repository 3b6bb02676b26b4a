import type { Projection } from '../../../../src/registration/index.ts';
import {
  type ProjectionSettings,
  type RelatedObject,
  type RelatedObjects,
  inferenceService as source,
} from '../../../../src/sources/index.ts';
import { inferenceService, type Manifest, ready, stored } from '../../../support/kserve-objects.ts';

export const PREFIX = 'model-registrar.io/';

/** Runtimes that can be read: these, and no others. */
export function runtimes(...manifests: Manifest[]): RelatedObjects {
  const known = manifests.map((manifest) => {
    const kind = source.related?.find(({ resource }) => resource.kind === manifest.kind);
    return { kind: manifest.kind, object: kind?.parse(stored(manifest)) as RelatedObject };
  });
  return {
    of: () => 'unknown',
    find: (kind, namespace, name) =>
      known.find((one) => one.kind === kind && one.object.namespace === namespace && one.object.name === name)
        ?.object ?? 'missing',
  };
}

/** What an object means, as the API server would show it. */
export function project(
  manifest: Manifest,
  selection: ProjectionSettings['selection'] = 'annotated',
  related = runtimes(),
  address: ProjectionSettings['address'] = 'cluster',
): Projection {
  return source.project(source.parse(stored(manifest)), { selection, address }, related);
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
