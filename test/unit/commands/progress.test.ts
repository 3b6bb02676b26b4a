import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withProgress } from '../../../src/commands/progress.ts';

let written: string;
const isTerminal = process.stderr.isTTY;

beforeEach(() => {
  vi.useFakeTimers();
  written = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += text.toString();
    return true;
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  process.stderr.isTTY = isTerminal;
});

/** Runs something for so long; gives what was written while it ran, and after. */
async function during(terminal: boolean, milliseconds: number): Promise<[string, string]> {
  process.stderr.isTTY = terminal;
  const work = Promise.withResolvers<number>();
  const done = withProgress('Reading', () => work.promise);
  await vi.advanceTimersByTimeAsync(milliseconds);
  const meanwhile = written;
  work.resolve(1);
  expect(await done).toBe(1);
  return [meanwhile, written.slice(meanwhile.length)];
}

test('what takes longer than a second is told on a terminal, and wiped away afterwards', async () => {
  expect(await during(true, 1_001)).toEqual(['Reading …', '\r\u001b[K']);
});

test('what is quick, and what no terminal shows, is not told', async () => {
  expect(await during(true, 900)).toEqual(['', '']);
  expect(await during(false, 5_000)).toEqual(['', '']);
});

test('a failure wipes it away too, and comes through', async () => {
  process.stderr.isTTY = true;
  const work = Promise.withResolvers<never>();
  const done = withProgress('Reading', () => work.promise);
  await vi.advanceTimersByTimeAsync(2_000);
  work.reject(new Error('no'));
  await expect(done).rejects.toThrow('no');
  expect(written).toBe('Reading …\r\u001b[K');
});
