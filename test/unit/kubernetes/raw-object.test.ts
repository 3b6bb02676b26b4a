import { describe, expect, it } from 'vitest';
import { readIdentity, readListHead, readWatchEvent, see } from '../../../src/kubernetes/raw-object.ts';

const line = (value: unknown) => JSON.stringify(value);
const metadata = { namespace: 'n', name: 'a', uid: 'u', resourceVersion: '7', labels: { x: 'y' } };

describe('readWatchEvent', () => {
  it.each([
    ['ADDED', false],
    ['MODIFIED', false],
    ['DELETED', true],
  ])('%s is a state', (type, gone) => {
    const event = readWatchEvent(line({ type, object: { metadata, spec: {} } }));
    expect(event).toEqual({
      type: 'state',
      gone,
      identity: { namespace: 'n', name: 'a', uid: 'u', resourceVersion: '7' },
      raw: { metadata, spec: {} },
    });
  });

  it('reads bookmarks and errors, and passes over types that it does not know', () => {
    expect(readWatchEvent(line({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } }))).toEqual({
      type: 'bookmark',
      resourceVersion: '9',
    });
    expect(readWatchEvent(line({ type: 'ERROR', object: { code: 410, reason: 'Expired' } }))).toMatchObject({
      type: 'error',
      status: 410,
      reason: 'Expired',
    });
    expect(
      readWatchEvent(line({ type: 'ERROR', object: { code: 429, details: { retryAfterSeconds: 3 } } })),
    ).toMatchObject({ status: 429, retryAfter: '3' });
    expect(readWatchEvent(line({ type: 'ERROR', object: {} }))).toMatchObject({ status: 500 });
    expect(readWatchEvent(line({ type: 'INVENTED', object: 1 }))).toEqual({ type: 'unknown' });
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    line({ type: 'ADDED' }),
    line({ type: 'ADDED', object: { metadata: {} } }),
    line({ type: 'BOOKMARK', object: {} }),
  ])('refuses %j', (text) => {
    expect(() => readWatchEvent(text)).toThrow();
  });
});

it('readListHead takes an empty token for none', () => {
  expect(readListHead({ metadata: { resourceVersion: '1', continue: '' } })).toEqual({
    resourceVersion: '1',
    next: undefined,
  });
  expect(readListHead({ metadata: { resourceVersion: '1', continue: 'x' } }).next).toBe('x');
  expect(() => readListHead({ metadata: {} })).toThrow();
});

it('readIdentity takes an object without a namespace', () => {
  expect(readIdentity({ metadata: { name: 'a', uid: 'u', resourceVersion: '1' } }).namespace).toBe('');
});

it('see never throws', () => {
  const identity = readIdentity({ metadata });
  expect(see(identity, 1, (raw) => raw).reading).toEqual({ object: 1 });
  const error = new Error('no');
  const refuse = () => {
    throw error;
  };
  expect(see(identity, 1, refuse).reading).toEqual({ error });
});
