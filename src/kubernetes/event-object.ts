import { createHash } from 'node:crypto';

/** The object that an Event is about, as Kubernetes refers to it. */
export interface InvolvedObject {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  resourceVersion?: string;
}

export interface EventToRecord {
  involved: InvolvedObject;
  type: 'Normal' | 'Warning';
  /** One word in CamelCase. */
  reason: string;
  /** Cut to 1,024 bytes, which is what the API server takes. */
  message: string;
}

/** Kubernetes' own limits: validation of Events, and of names. */
const LONGEST_MESSAGE_BYTES = 1024;
const LONGEST_NAME = 253;

const HASH_DIGITS = 16;

/**
 * The name of the Event: equal for equal contents about the same object, so that a repetition, or the same after a restart,
 * finds the Event that is there and raises its count.
 */
export function eventName({ involved, type, reason, message }: EventToRecord): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([involved.uid, type, reason, cutMessage(message)]))
    .digest('hex')
    .slice(0, HASH_DIGITS);
  // A name must not end in a dash or dot before our own dot.
  const name = involved.name.slice(0, LONGEST_NAME - HASH_DIGITS - 1).replace(/[-.]+$/, '');
  return `${name}.${hash}`;
}

/** The Event as core/v1 has it, whose `count` and times `kubectl describe` shows. */
export function eventObject(
  event: EventToRecord,
  by: { component: string; instance: string },
  seen: { first: Date; last: Date; count: number },
): Record<string, unknown> {
  const { involved, type, reason, message } = event;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(event), namespace: involved.namespace },
    involvedObject: involved,
    type,
    reason,
    message: cutMessage(message),
    count: seen.count,
    firstTimestamp: timestamp(seen.first),
    lastTimestamp: timestamp(seen.last),
    source: { component: by.component, host: by.instance },
    reportingComponent: by.component,
    reportingInstance: by.instance,
  };
}

/** RFC 3339 in whole seconds, as Kubernetes keeps these times. */
export function timestamp(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The message in at most 1,024 bytes of UTF-8, no character cut in two. */
export function cutMessage(message: string): string {
  const bytes = Buffer.from(message, 'utf8');
  if (bytes.length <= LONGEST_MESSAGE_BYTES) return message;
  const ellipsis = '…';
  let end = LONGEST_MESSAGE_BYTES - Buffer.byteLength(ellipsis);
  // Bytes of the form 10xxxxxx continue a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end) + ellipsis;
}
