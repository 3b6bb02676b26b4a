import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { confirmed } from '../../../src/commands/ask.ts';

/** A terminal as far as readline needs one. */
class Terminal extends PassThrough {
  readonly isTTY: boolean;
  readonly columns = 80;
  raw = false;

  constructor(isTTY = true) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }
}

let input: Terminal;
let output: Terminal;

beforeEach(() => plug(new Terminal()));

afterEach(() => {
  vi.restoreAllMocks();
});

function plug(terminal: Terminal): void {
  input = terminal;
  output = new Terminal();
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as unknown as typeof process.stdin);
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(output as unknown as typeof process.stderr);
}

/** Asks, and answers with these keys as soon as the question is there. */
async function answered(keys: string | undefined): Promise<boolean> {
  output.once('data', () => (keys === undefined ? input.end() : input.write(keys)));
  return confirmed('Take over 2 models?', false);
}

describe('confirmed', () => {
  it.each(['y\r', 'Y\r', 'yes\r', ' y \r'])('takes %j for yes', async (keys) => {
    expect(await answered(keys)).toBe(true);
  });

  it.each(['\r', 'n\r', 'no\r', 'yy\r', 'yesterday\r', 'j\r'])('takes %j for no', async (keys) => {
    expect(await answered(keys)).toBe(false);
  });

  it.each<[string, string | undefined]>([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-C after a y', 'y\u0003'],
    ['Ctrl-D', '\u0004'],
    ['the end of the input', undefined],
  ])('takes %s for no, and ends', async (_case, keys) => {
    expect(await answered(keys)).toBe(false);
  });

  it('asks on standard error, with no as the default, and leaves the terminal as it was', async () => {
    const stdout = vi.spyOn(process.stdout, 'write');
    let asked = '';
    output.on('data', (text) => {
      asked += String(text);
    });
    await answered('n\r');
    expect(asked).toContain('Take over 2 models? [y/N] ');
    expect(stdout).not.toHaveBeenCalled();
    expect(input.raw).toBe(false);
  });

  it('asks nobody with --yes', async () => {
    expect(await confirmed('Take over 2 models?', true)).toBe(true);
    expect(output.read()).toBeNull();
  });

  it('refuses where nobody can answer, and says what to give', async () => {
    plug(new Terminal(false));
    await expect(confirmed('Take over 2 models?', false)).rejects.toThrow(/^Nothing was changed: .* Give --yes /);
    expect(output.read()).toBeNull();
  });
});
