import type { Projection, Rights } from '../registration/index.ts';

/** Where the Kubernetes API serves a kind of object. */
export interface SourceResource {
  group: string;
  version: string;
  /** Those that can be read, the best first, where there are several: then `version` is the first of them. */
  versions?: readonly string[];
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
  /** `cluster`: LiteLLM runs in the same cluster; `external`: it needs the address that the source publishes outside. */
  address: 'cluster' | 'external';
  /** What the objects of each namespace may ask for beyond what all may; nothing without it. */
  rights?: Rights;
}

/** An object of a further kind, trimmed to what a projection reads of it. */
export interface RelatedObject {
  /** Empty where the kind belongs to no namespace. */
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
}

/** A further kind whose objects say what a source's objects mean, such as the serving runtimes of an InferenceService. */
export interface RelatedKind<R extends RelatedObject = RelatedObject> {
  resource: SourceResource;
  /** Its objects belong to no namespace. */
  clusterWide: boolean;
  /** Those that count; all of them without it. */
  labelSelector?: string;
  /** What its objects are, in the plural, for people: `serving runtimes`. */
  title: string;
  /** What happens where they cannot be read, as a part of a sentence, and what else helps. */
  without: { happens: string; instead?: string };
  /** Nothing can be registered without them. */
  needed?: true;
  /** @throws Error where the object's identity cannot be read. */
  parse(raw: unknown): R;
  /** The name of the source's object, in the same namespace, to which one belongs that says so itself: {@link RelatedObjects.of} finds it by that. */
  ownerOf?(related: R): string | undefined;
  /** The one that an object would have once it serves: to say beforehand what it would mean. */
  supposed?(namespace: string, owner: string): R;
}

/** What is known of the related objects. */
export interface RelatedObjects {
  /**
   * @param kind - as in `kind:`, for example `ServingRuntime`
   * @param namespace - empty where the kind belongs to no namespace
   * @returns `unknown` where objects of the kind cannot be read (no right, not installed, not read yet): an absence says nothing then
   */
  find(kind: string, namespace: string, name: string): RelatedObject | 'missing' | 'unknown';
  /**
   * Those that belong to one object of the source.
   *
   * @returns `unknown` where objects of the kind cannot be read
   */
  of(kind: string, namespace: string, owner: string): readonly RelatedObject[] | 'unknown';
}

/** One kind of what serves models. A new source is a folder with one of these, and a line in the catalogue. */
export interface Source<T extends SourceObject = SourceObject> {
  /** The kind as users write it: `--source inference-service`. */
  kind: string;
  /**
   * Of a kind of which most objects are no models: whether anybody meant this one to be one. Of the others nothing is told.
   */
  isMeant?(object: T): boolean;
  /** Further kinds that the projection asks for. They are optional: the right to read them may be missing. */
  related?: readonly RelatedKind[];
  /** Whether a change of this related object, which does not say to whom it belongs, may change what the object means. */
  refersTo?(object: T, kind: string, related: RelatedObject): boolean;
  /** What the object means now. Pure. */
  project(object: T, settings: ProjectionSettings, related: RelatedObjects): Projection;
}

/** A kind of object that is watched in Kubernetes. */
export interface WatchedSource<T extends SourceObject = SourceObject> extends Source<T> {
  resource: SourceResource;
  /**
   * Trims what the API server sent to what {@link Source.project} needs.
   *
   * @param settings - those that the projection will have, where they are known: what it passes over then need not be kept
   * @throws Error with a plain sentence when the object's identity cannot be read; whatever else is wrong becomes part of the projection.
   */
  parse(raw: unknown, settings?: Pick<ProjectionSettings, 'selection'>): T;
}
