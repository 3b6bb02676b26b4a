import type { SourceRef } from '../registration/index.ts';
import type { Source, SourceObject } from '../sources/index.ts';

/** A source's objects as they are known, whoever reads them. A reflector is one. */
export interface ObjectCache<T extends SourceObject = SourceObject> {
  /** By `namespace/name`. */
  get(key: string): T | undefined;
  values(): Iterable<T>;
  /** `synced` alone makes an absence certain; in every other state what was known last counts, and nothing is deleted. */
  readonly state: 'starting' | 'synced' | 'absent' | 'forbidden' | 'failing';
  /** The object as it is in the API server now; undefined where it is gone, `unselected` where it lives and is not looked after. Throws on doubt. */
  fetch(namespace: string, name: string): Promise<T | 'unselected' | undefined>;
  /** Where there is a selector: finds out which objects live that it does not take; every so often, else it returns at once. Throws on doubt. */
  lookForUnselected?(signal?: AbortSignal): Promise<void>;
  /** It is looked at for the first time, or anew: that an object went before that says nothing. */
  readonly isFresh?: boolean;
  /** What it holds is not listed by the administrator any more: rows that are to be retained then stay. */
  readonly isDelisted?: true;
  /** By `namespace/name`, as of the last look. */
  isUnselected?(key: string): boolean;
}

/** Where one object is kept known. */
export interface Place {
  ref: SourceRef;
  view: SourceView;
  cache: ObjectCache;
}

/** A source together with its objects, in as many caches as there are places of which one may be known and another not: with `--namespace` one for each. */
export interface SourceView {
  source: Source;
  /** The cache in which an object would be; undefined where it is not looked after. */
  cacheFor(place: Pick<SourceRef, 'namespace' | 'name'>): ObjectCache | undefined;
  caches: readonly ObjectCache[];
}

/** The key of an object in the caches of its source. */
export function placeKey({ namespace, name }: SourceRef): string {
  return `${namespace}/${name}`;
}
