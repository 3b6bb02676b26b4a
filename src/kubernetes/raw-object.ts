import { z } from 'zod';

/** What identifies one state of one object. */
export interface Identity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** An object as it was seen: trimmed by `parse`, or why it could not be read. */
export interface Seen<T> {
  readonly identity: Identity;
  readonly reading: { readonly object: T } | { readonly error: unknown };
}

export interface ListHead {
  readonly resourceVersion: string;
  /** The token of the next page, where there is one. */
  readonly next: string | undefined;
}

export type WatchEvent =
  | { type: 'state'; gone: boolean; identity: Identity; raw: unknown }
  | { type: 'bookmark'; resourceVersion: string }
  | { type: 'error'; status: number; reason: string | undefined; retryAfter: string | undefined }
  | { type: 'unknown' };

const identified = z.object({
  metadata: z.object({
    namespace: z.string().default(''),
    name: z.string().min(1),
    uid: z.string().default(''),
    resourceVersion: z.string().min(1),
  }),
});

const listHead = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1), continue: z.string().optional() }),
});

const event = z.object({ type: z.string(), object: z.unknown() });

const bookmark = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) });

const status = z.object({
  code: z.number().default(500),
  reason: z.string().optional(),
  details: z.object({ retryAfterSeconds: z.number().optional() }).nullish(),
});

/** The key under which an object is kept. */
export function keyOf(object: { namespace: string; name: string }): string {
  return `${object.namespace}/${object.name}`;
}

/** @throws ZodError when it has no name or no resourceVersion: that is not an object of the Kubernetes API. */
export function readIdentity(raw: unknown): Identity {
  return identified.parse(raw).metadata;
}

/** Never throws: an object that cannot be read is seen all the same. */
export function see<T>(identity: Identity, raw: unknown, parse: (raw: unknown) => T): Seen<T> {
  try {
    return { identity, reading: { object: parse(raw) } };
  } catch (error) {
    return { identity, reading: { error } };
  }
}

/** @throws ZodError */
export function readListHead(raw: unknown): ListHead {
  const { metadata } = listHead.parse(raw);
  return { resourceVersion: metadata.resourceVersion, next: metadata.continue || undefined };
}

/**
 * One line of a watch.
 *
 * @throws SyntaxError or ZodError when it is not one; the stream is then not to be trusted any further.
 */
export function readWatchEvent(line: string): WatchEvent {
  const { type, object } = event.parse(JSON.parse(line));
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
    return { type: 'state', gone: type === 'DELETED', identity: readIdentity(object), raw: object };
  }
  if (type === 'BOOKMARK') {
    return { type: 'bookmark', resourceVersion: bookmark.parse(object).metadata.resourceVersion };
  }
  if (type !== 'ERROR') return { type: 'unknown' };
  const { code, reason, details } = status.parse(object);
  return { type: 'error', status: code, reason, retryAfter: details?.retryAfterSeconds?.toString() };
}
