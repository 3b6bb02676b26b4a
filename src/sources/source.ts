import type { Projection } from '../registration/index.ts';

/** Where the Kubernetes API serves a kind of object. */
export interface SourceResource {
  group: string;
  version: string;
  /** Lower-case plural, as in the URL. */
  plural: string;
  /** As in `kind:`, for Events. */
  kind: string;
}

/** A source object as it is kept in memory: identity, and just those parts that the projection reads. */
export interface SourceObject {
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  /** `metadata.creationTimestamp` as milliseconds since 1970: the oldest object that declares a name has it. */
  createdAt: number;
}

/** What the administrator decided for all objects. */
export interface ProjectionSettings {
  /** `annotated`: only objects with an annotation of ours; `all`: every object that serves an OpenAI API. */
  selection: 'annotated' | 'all';
}

/** One kind of object that serves models. A new source is a folder with one of these, and a line in the catalogue. */
export interface Source<T extends SourceObject = SourceObject> {
  /** The kind as users write it: `--source inference-service`. */
  kind: string;
  resource: SourceResource;
  /**
   * Trims what the API server sent to what {@link Source.project} needs.
   *
   * @throws Error with a plain sentence when the object's identity cannot be read; whatever else is wrong becomes part of the projection.
   */
  parse(raw: unknown): T;
  /** What the object means now. Pure. */
  project(object: T, settings: ProjectionSettings): Projection;
}
