import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines } from '../../../src/kubernetes/lines.ts';

/** The bytes in pieces of the given sizes, used over and over. */
async function* pieces(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(chunks)) lines.push(line);
  return lines;
}

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });

describe('splitLines', () => {
  it('gives the lines back wherever they were cut, between the bytes of a character too', async () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((text) => text.trim() !== '' && !text.includes('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), sizes, async (lines, cuts) => {
        expect(await all(pieces(lines.map((text) => `${text}\n`).join(''), cuts))).toEqual(lines);
      }),
    );
  });

  it('leaves empty lines out', async () => {
    expect(await all(pieces('\na\n\r\n\n \nb\n', [3]))).toEqual(['a', 'b']);
  });

  it('gives no half line out', async () => {
    const lines: string[] = [];
    const reading = async () => {
      for await (const line of splitLines(pieces('{"a":1}\n{"b"', [4]))) lines.push(line);
    };
    await expect(reading()).rejects.toThrow(SyntaxError);
    expect(lines).toEqual(['{"a":1}']);
  });

  it('gives up on a line without an end', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = Buffer.alloc(4 * 1024 * 1024, 'x');
      for (;;) yield chunk;
    }
    await expect(all(endless())).rejects.toThrow(RangeError);
  });
});
