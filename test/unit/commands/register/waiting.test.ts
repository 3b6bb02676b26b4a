import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createWaiting, elapsed } from '../../../../src/commands/register/waiting.ts';

let written: string[];

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function waitingOn(terminal: boolean, columns = 80) {
  const stream = { isTTY: terminal, columns, write: (text: string) => written.push(text) };
  return createWaiting({ subject: 'service/x', stream, now: () => Date.now() });
}

describe('without a terminal', () => {
  test('a line is written when what is waited for changes, and every 30 s', () => {
    const waiting = waitingOn(false);
    const look = (what: string, seconds: number): void => {
      waiting.tell(what);
      vi.advanceTimersByTime(seconds * 1000);
    };
    for (let second = 0; second < 30; second += 1) look('one', 1);
    look('one', 5);
    look('two', 5);
    look('two', 1);
    expect(written).toEqual([
      'Waiting for service/x, 0s: one\n',
      'Waiting for service/x, 30s: one\n',
      'Waiting for service/x, 35s: two\n',
    ]);
  });
});

describe('on a terminal', () => {
  test('one line is renewed every second, and goes', () => {
    const waiting = waitingOn(true);
    waiting.tell('one');
    waiting.tell('one');
    vi.advanceTimersByTime(2_000);
    waiting.clear();
    vi.advanceTimersByTime(5_000);
    const line = (seconds: number) => `\r\u001b[KWaiting for service/x, ${seconds}s: one`;
    expect(written).toEqual([line(0), line(1), line(2), '\r\u001b[K']);
  });

  test('it is no longer than the terminal is wide', () => {
    waitingOn(true, 20).tell('something long');
    expect(written).toEqual(['\r\u001b[KWaiting for service']);
  });
});

test.each([
  [900, '0s'],
  [59_999, '59s'],
  [65_000, '1m05s'],
  [3_720_000, '1h02m'],
])('%i ms are %s', (ms, text) => {
  expect(elapsed(ms)).toBe(text);
});
