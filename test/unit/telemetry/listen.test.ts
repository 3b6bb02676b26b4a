import { describe, expect, test } from 'vitest';
import { listenFailure, parseListenAddress } from '../../../src/telemetry/listen.ts';

describe('parseListenAddress', () => {
  test.each([
    [':8080', { port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:9090', { host: 'localhost', port: 9090 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['[::]:8080', { host: '::', port: 8080 }],
  ])('reads %s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  test.each(['', '8080', 'localhost', ':', ':x', ':65536', '::1:8080', '[::1]', 'http://x:80'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseListenAddress(text)).toThrow(`"${text}" is not an address to listen at`);
    },
  );
});

test('a failure that has no code is told in its own words', () => {
  expect(listenFailure(':80', new Error('odd')).message).toBe(
    'Cannot listen at :80 (odd): choose another address with --listen.',
  );
});
