import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutMessage,
  type EventToRecord,
  eventName,
  eventObject,
  timestamp,
} from '../../../src/kubernetes/event-object.ts';

const event: EventToRecord = {
  involved: { apiVersion: 'g/v1', kind: 'Thing', namespace: 'n', name: 'a', uid: 'u', resourceVersion: '7' },
  type: 'Normal',
  reason: 'Registered',
  message: 'It is there.',
};

describe('eventName', () => {
  it('is the same for the same, and another for all that differs', () => {
    const others: EventToRecord[] = [
      { ...event, type: 'Warning' },
      { ...event, reason: 'Updated' },
      { ...event, message: 'It is gone.' },
      { ...event, involved: { ...event.involved, uid: 'v' } },
    ];
    expect(eventName({ ...event, involved: { ...event.involved, resourceVersion: '8' } })).toBe(eventName(event));
    expect(new Set([event, ...others].map(eventName)).size).toBe(5);
    expect(eventName(event)).toMatch(/^a\.[0-9a-f]{16}$/);
  });

  it('is a name that Kubernetes takes, however long the object’s own', () => {
    const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    const name = fc.array(part, { minLength: 1, maxLength: 20 }).map((parts) =>
      parts
        .join('.')
        .slice(0, 253)
        .replace(/[-.]+$/, ''),
    );
    fc.assert(
      fc.property(name, (given) => {
        const made = eventName({ ...event, involved: { ...event.involved, name: given } });
        expect(made.length).toBeLessThanOrEqual(253);
        expect(made).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      }),
    );
  });
});

describe('cutMessage', () => {
  it('leaves 1,024 bytes as they are and cuts what is longer between characters', () => {
    expect(cutMessage('x'.repeat(1024))).toBe('x'.repeat(1024));
    expect(cutMessage('x'.repeat(1025))).toBe(`${'x'.repeat(1021)}…`);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 200, maxLength: 2000 }), (message) => {
        const cut = cutMessage(message);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1024);
        expect(message.startsWith(cut.replace(/…$/, ''))).toBe(true);
      }),
    );
  });
});

it('eventObject is an Event of core/v1 beside its object', () => {
  const at = new Date('2026-01-02T03:04:05.678Z');
  const seen = { first: at, last: new Date('2026-01-02T03:05:00Z'), count: 3 };
  expect(eventObject(event, { component: 'program', instance: 'pod-1' }, seen)).toEqual({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(event), namespace: 'n' },
    involvedObject: event.involved,
    type: 'Normal',
    reason: 'Registered',
    message: 'It is there.',
    count: 3,
    firstTimestamp: '2026-01-02T03:04:05Z',
    lastTimestamp: '2026-01-02T03:05:00Z',
    source: { component: 'program', host: 'pod-1' },
    reportingComponent: 'program',
    reportingInstance: 'pod-1',
  });
  expect(timestamp(at)).toBe('2026-01-02T03:04:05Z');
});
