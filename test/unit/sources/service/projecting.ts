import type { Projection } from '../../../../src/registration/index.ts';
import { service as source } from '../../../../src/sources/service/index.ts';
import type { ProjectionSettings, RelatedObjects } from '../../../../src/sources/source.ts';
import { type Manifest, stored } from '../../../support/kserve-objects.ts';
import { endpointSlice } from '../../../support/services.ts';

type Slice = Parameters<typeof endpointSlice>[0];

/** What Kubernetes says of the endpoints: these slices, all of the one Service. */
export function slices(...wanted: Slice[]): RelatedObjects {
  const [kind] = source.related ?? [];
  const parsed = wanted.flatMap((one) => kind?.parse(stored(endpointSlice(one))) ?? []);
  return { find: () => 'missing', of: () => parsed };
}

/** What a Service means, as the API server would show it; one endpoint is ready unless told otherwise. */
export function project(
  manifest: Manifest,
  related: RelatedObjects = slices({}),
  settings: Partial<ProjectionSettings> = {},
): Projection {
  return source.project(
    source.parse(stored(manifest)),
    { selection: 'annotated', address: 'cluster', ...settings },
    related,
  );
}

/** Of what is served: the first registration. @throws Error where it is not served */
export function served(projection: Projection) {
  const [first] = projection.state === 'serve' ? projection.registrations : [];
  if (!first) throw new Error(`Not served: ${JSON.stringify(projection)}`);
  return first;
}

/** `reason: message` of all that is invalid. */
export function problems(projection: Projection): string[] {
  return projection.state === 'invalid'
    ? projection.problems.map(({ reason, message }) => `${reason}: ${message}`)
    : [];
}
