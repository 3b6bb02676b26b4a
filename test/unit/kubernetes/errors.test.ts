import { describe, expect, it } from 'vitest';
import { errorOfFailure, errorOfStatus, isPassing, KubernetesError } from '../../../src/kubernetes/errors.ts';

const SERVER = 'https://cluster.test:6443';
const ACTION = 'GET /api/v1/namespaces';

/** As undici and Node throw them. */
function failure(code: string, message = 'secret-token-in-a-message'): Error {
  return Object.assign(new Error(message), { code });
}

describe('errorOfStatus', () => {
  it.each([
    [401, undefined, 'unauthorized'],
    [403, 'Forbidden', 'forbidden'],
    [404, 'NotFound', 'not-found'],
    [409, 'Conflict', 'conflict'],
    [409, 'AlreadyExists', 'already-exists'],
    [410, 'Expired', 'expired'],
    [400, 'BadRequest', 'invalid'],
    [415, 'UnsupportedMediaType', 'invalid'],
    [422, 'Invalid', 'invalid'],
    [429, 'TooManyRequests', 'too-many-requests'],
    [500, 'InternalError', 'server-error'],
    [503, undefined, 'server-error'],
    [504, 'Timeout', 'timeout'],
    [302, undefined, 'unreadable'],
  ])('%i %s is %s', (status, reason, code) => {
    const error = errorOfStatus(SERVER, ACTION, { status, reason });
    expect(error).toMatchObject({ code, status });
    expect(error.message).toContain(SERVER);
    expect(error.message).toContain(ACTION);
    expect(error.message).toMatch(/\.$/);
    expect(error.retryAfterMs).toBeUndefined();
  });

  it('reads Retry-After in seconds and as a date, within bounds', () => {
    const retryAfter = (value: string) =>
      errorOfStatus(SERVER, ACTION, { status: 429, retryAfter: value }).retryAfterMs;
    expect(retryAfter('7')).toBe(7_000);
    expect(retryAfter(' 0 ')).toBe(0);
    expect(retryAfter('86400')).toBe(300_000);
    expect(retryAfter('soon')).toBeUndefined();
    expect(retryAfter(new Date(0).toUTCString())).toBe(0);
    const inAMinute = retryAfter(new Date(Date.now() + 60_000).toUTCString()) ?? 0;
    expect(inAMinute).toBeGreaterThan(30_000);
    expect(inAMinute).toBeLessThanOrEqual(60_000);
  });
});

describe('errorOfFailure', () => {
  it.each([
    ['ECONNREFUSED', 'unreachable', 'address'],
    ['ENOTFOUND', 'unreachable', 'address'],
    ['UND_ERR_SOCKET', 'unreachable', 'address'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout', 'overloaded'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'overloaded'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unreachable', 'certificate-authority'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unreachable', 'certificate-authority'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unreachable', 'tls-server-name'],
  ])('%s is %s, and says where to look', (cause, code, advice) => {
    const error = errorOfFailure(SERVER, ACTION, failure(cause));
    expect(error.code).toBe(code);
    expect(error.message).toContain(SERVER);
    expect(error.message).toContain(cause);
    expect(error.message).toContain(advice);
    expect(error.message).not.toContain('secret');
  });

  it('finds the code of what lies beneath, and is content without one', () => {
    const wrapped = new TypeError('fetch failed', { cause: new AggregateError([failure('ECONNRESET')]) });
    expect(errorOfFailure(SERVER, ACTION, wrapped).message).toContain('ECONNRESET');
    expect(errorOfFailure(SERVER, ACTION, new TypeError('secret')).message).toContain('TypeError');
    expect(errorOfFailure(SERVER, ACTION, 'secret').message).not.toContain('secret');
  });

  it('leaves an error of ours as it is', () => {
    const error = new KubernetesError('forbidden', 'No.');
    expect(errorOfFailure(SERVER, ACTION, error)).toBe(error);
  });
});

it('isPassing tells what may work later from what will not', () => {
  const passing = (status: number) => isPassing(errorOfStatus(SERVER, ACTION, { status }));
  expect([401, 429, 500, 504].map(passing)).toEqual([true, true, true, true]);
  expect([403, 404, 409, 410, 422].map(passing)).toEqual([false, false, false, false, false]);
  expect(isPassing(new Error('not ours'))).toBe(false);
});
