import { z } from 'zod';
import { ANNOTATION_PREFIX } from '../../registration/index.ts';
import type { RelatedObject, SourceObject } from '../source.ts';
import { UnreadableObjectError } from '../unreadable-object.ts';

/** What every object that serves models says of itself. */
export interface AnnotatedObject extends SourceObject {
  /** Those with our prefix, whole names. */
  annotations: Record<string, string>;
  /** Annotations with our prefix whose value is no text. */
  malformed: string[];
}

/** Nobody annotated it, as far as we are concerned: one and the same for all of them, of which there may be thousands. */
export const UNANNOTATED: Omit<AnnotatedObject, keyof SourceObject> = { annotations: {}, malformed: [] };

const schema = z.object({
  metadata: z.object({
    namespace: z.string().min(1),
    name: z.string().min(1),
    uid: z.string().min(1),
    resourceVersion: z.string().min(1),
    creationTimestamp: z.string().transform(Date.parse).refine(Number.isFinite),
    annotations: z.record(z.string(), z.unknown()).catch({}),
  }),
});

const relatedSchema = z.object({
  metadata: schema.shape.metadata
    .pick({ name: true, uid: true, resourceVersion: true })
    .extend({ namespace: z.string().default('') }),
});

/**
 * Reads who an object of a further kind is.
 *
 * @throws UnreadableObjectError when name, uid or resourceVersion cannot be read
 */
export function readRelatedIdentity(kind: string, raw: unknown): RelatedObject {
  const read = relatedSchema.safeParse(raw);
  if (!read.success) throw unreadable(kind, read.error);
  return read.data.metadata;
}

/**
 * Reads who an object is, and its annotations.
 *
 * @param kind - as in `kind:`, for the message
 * @returns `all`: also the annotations of others, as they are
 * @throws UnreadableObjectError when namespace, name, uid, resourceVersion or creation time cannot be read
 */
export function readIdentity(
  kind: string,
  raw: unknown,
): { identity: SourceObject; own: Omit<AnnotatedObject, keyof SourceObject>; all: Record<string, unknown> } {
  const read = schema.safeParse(raw);
  if (!read.success) throw unreadable(kind, read.error);
  const { namespace, name, uid, resourceVersion, creationTimestamp, annotations } = read.data.metadata;
  const ours = Object.entries(annotations).filter(([key]) => key.startsWith(ANNOTATION_PREFIX));
  return {
    identity: { namespace, name, uid, resourceVersion, createdAt: creationTimestamp },
    own:
      ours.length === 0
        ? UNANNOTATED
        : {
            annotations: Object.fromEntries(
              ours.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
            ),
            malformed: ours.flatMap(([key, value]) => (typeof value === 'string' ? [] : [key])),
          },
    all: annotations,
  };
}

/** Whether anybody meant us. */
export function isAnnotated({ annotations, malformed }: Pick<AnnotatedObject, 'annotations' | 'malformed'>): boolean {
  return Object.keys(annotations).length + malformed.length > 0;
}

function unreadable(kind: string, { issues }: z.ZodError): UnreadableObjectError {
  return new UnreadableObjectError(
    kind,
    issues.map((issue) => issue.path.join('.') || 'the object'),
  );
}
