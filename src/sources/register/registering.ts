import { z } from 'zod';
import { ANNOTATION_PREFIX, REGISTER_KIND, registeredRef } from '../../registration/index.ts';
import type { SourceObject, WatchedSource } from '../source.ts';

/** An object that `register` is told to register, under the name that its rows have for it. */
export interface RegisteredObject extends SourceObject {
  /** As its own source reads it, with what `register` was told in the place of annotations. */
  target: SourceObject;
  /** The annotations of ours that it carries itself, without their prefix. */
  annotated: readonly string[];
}

const schema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.unknown()).catch({}) }),
});

/**
 * A source as `register` uses it: what it was told beats the object's annotations, and every check is that of annotations.
 *
 * @param annotations - whole names
 */
export function registering(
  source: WatchedSource,
  annotations: Readonly<Record<string, string>>,
): WatchedSource<RegisteredObject> {
  const enabled = { [`${ANNOTATION_PREFIX}enabled`]: 'true' };
  return {
    kind: REGISTER_KIND,
    resource: source.resource,
    ...(source.related && { related: source.related }),
    refersTo: ({ target }, kind, related) => source.refersTo?.(target, kind, related) === true,
    parse(raw) {
      const { metadata, ...rest } = schema.parse(raw);
      const own = metadata.annotations;
      const target = source.parse(
        { ...rest, metadata: { ...metadata, annotations: { ...own, ...annotations, ...enabled } } },
        { selection: 'all' },
      );
      const { namespace, name, uid, resourceVersion, createdAt } = target;
      return {
        ...registeredRef({ kind: source.kind, namespace, name }),
        uid,
        resourceVersion,
        createdAt,
        target,
        annotated: Object.keys(own).flatMap((key) =>
          key.startsWith(ANNOTATION_PREFIX) ? [key.slice(ANNOTATION_PREFIX.length)] : [],
        ),
      };
    },
    project: ({ target }, settings, related) => source.project(target, settings, related),
  };
}
