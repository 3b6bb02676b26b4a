import type { Json, Projection, Registration } from '../registration/index.ts';

/** What an administrator puts on every row of a LiteLLM. */
export interface RowDefaults {
  accessGroups: readonly string[];
  tags: readonly string[];
}

/** A projection with what every row of its LiteLLM gets, before what the object says itself. */
export function addDefaults(projection: Projection, { accessGroups, tags }: RowDefaults): Projection {
  if (projection.state !== 'serve' || accessGroups.length + tags.length === 0) return projection;
  const withDefaults = (one: Registration): Registration => ({
    ...one,
    params: { ...one.params, ...merged('tags', tags, one.params.tags) },
    info: { ...one.info, ...merged('access_groups', accessGroups, one.info.access_groups) },
  });
  return { ...projection, registrations: projection.registrations.map(withDefaults) };
}

function merged(key: string, defaults: readonly string[], own: Json | undefined): Record<string, Json> {
  if (defaults.length === 0) return {};
  return { [key]: [...new Set([...defaults, ...(Array.isArray(own) ? own : [])])] };
}
