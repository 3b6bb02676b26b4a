import type { Projection } from '../../../../src/registration/index.ts';
import { llmInferenceService as source } from '../../../../src/sources/llm-inference-service/index.ts';
import type { ProjectionSettings, RelatedObjects } from '../../../../src/sources/source.ts';
import { type Manifest, stored } from '../../../support/kserve-objects.ts';
import { workload } from '../../../support/llm-inference-services.ts';

/** The Deployments that can be read: these, all of the one object. */
export function workloads(...wanted: Parameters<typeof workload>[0][]): RelatedObjects {
  const [kind] = source.related ?? [];
  const parsed = wanted.flatMap((one) => kind?.parse(stored(workload(one))) ?? []);
  return { find: () => 'missing', of: () => parsed };
}

export function project(
  manifest: Manifest,
  related: RelatedObjects = workloads({}),
  settings: Partial<ProjectionSettings> = {},
): Projection {
  const given = { selection: 'annotated', address: 'cluster', ...settings } as const;
  return source.project(source.parse(stored(manifest), given), given, related);
}

/** `name → served name at base`, of all that is served. @throws Error where it is not served */
export function served(projection: Projection): string[] {
  if (projection.state !== 'serve') throw new Error(`Not served: ${JSON.stringify(projection)}`);
  return projection.registrations.map(
    ({ publicName, servedName, apiBase }) => `${publicName} → ${servedName} at ${apiBase}`,
  );
}

/** `reason: message` of all that is invalid. */
export function problems(projection: Projection): string[] {
  return projection.state === 'invalid'
    ? projection.problems.map(({ reason, message }) => `${reason}: ${message}`)
    : [];
}
