/** One kind of object, in the words of the API's paths. */
export interface Resource {
  /** Empty for the core group. */
  group: string;
  version: string;
  plural: string;
  /** Those that can be read, the best first, where there are several. */
  versions?: readonly string[];
  /** Only the objects of this namespace; all when left out. */
  namespace?: string;
}

/** The path of all objects of a kind: in one namespace, or in all. */
export function collectionPath(resource: Resource, namespace: string | undefined = resource.namespace): string {
  const { plural } = resource;
  const root = versionPath(resource);
  return namespace === undefined
    ? `${root}/${plural}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** The path of one version of a group; a GET of it lists its kinds. */
export function versionPath({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** A kind's name for messages and logs, such as `inferenceservices.serving.kserve.io`. */
export function resourceName(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** The kind in each of the versions that may be served, the best first, whichever of them is given. */
export function inEachVersion(resource: Resource): readonly Resource[] {
  const versions = resource.versions ?? [resource.version];
  return versions.map((version) => ({ ...resource, version }));
}
