import { createTimeSlice, yieldToLoop } from './time-slice.ts';

const LARGEST_ITEM_BYTES = 32 * 1024 * 1024;
const LARGEST_REST_BYTES = 4 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** So many bytes are looked at before it is asked whether others wait. */
const PIECE_BYTES = 16 * 1024;

/**
 * Reads an object with a list in it (`{"kind": …, "items": [ … ]}`) as it arrives and hands each item over at once, so that
 * neither the whole text nor the whole list is ever in memory, and the event loop is not held for longer than some
 * milliseconds: 10 MB in one JSON.parse would hold it for some 100 ms. Items are objects or lists; any others are passed over.
 *
 * @param key - of the list in the object
 * @returns the list without its items.
 * @throws SyntaxError when it is not such a list or ends early (items were handed over until then); RangeError when one
 *   item is larger than 32 MiB, or all that is not items larger than 4 MiB; whatever `onItem` throws.
 */
export async function readList(
  chunks: AsyncIterable<Uint8Array>,
  key: 'items' | 'data',
  onItem: (raw: unknown) => void,
): Promise<unknown> {
  const scanner = createScanner(key, onItem);
  const sliceIsOver = createTimeSlice();
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      scanner.scan(chunk.subarray(at, at + PIECE_BYTES));
      if (sliceIsOver()) await yieldToLoop();
    }
  }
  return scanner.end();
}

/** A byte scanner that knows of JSON only strings and nesting; JSON.parse judges the rest. */
function createScanner(key: string, onItem: (raw: unknown) => void) {
  // The character before the name tells a key from the end of a longer one.
  const opening = new RegExp(`[{,]\\s*"${key}"\\s*:\\s*$`);
  const item = createPieces(LARGEST_ITEM_BYTES);
  const rest = createPieces(LARGEST_REST_BYTES);
  let depth = 0;
  let inString = false;
  let escaped = false;
  let inItems = false;

  function scan(chunk: Uint8Array): void {
    /** Where what is not yet kept begins, in the item at hand or in the rest; -1 between two items. */
    let from = inItems && depth < 3 ? -1 : 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1;
        if (inItems && depth === 3) from = at;
        if (byte === OPEN_BRACKET && depth === 2 && !inItems) {
          rest.add(chunk.subarray(from, at));
          from = at;
          if (!opening.test(rest.tail())) continue;
          rest.add(chunk.subarray(at, at + 1));
          inItems = true;
          from = -1;
        }
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (inItems && depth === 2) {
          item.add(chunk.subarray(from, at + 1));
          onItem(JSON.parse(item.take()));
          from = -1;
        } else if (inItems && depth === 1) {
          inItems = false;
          from = at;
        }
      }
    }
    if (from !== -1) (inItems ? item : rest).add(chunk.subarray(from));
  }

  function end(): unknown {
    const list: unknown = JSON.parse(rest.take());
    if (typeof list !== 'object' || list === null || !(key in list)) {
      throw new SyntaxError('The answer is not a list.');
    }
    return Object.fromEntries(Object.entries(list).filter(([name]) => name !== key));
  }

  return { scan, end };
}

function createPieces(limit: number) {
  let pieces: Uint8Array[] = [];
  let size = 0;
  return {
    add(piece: Uint8Array): void {
      if (piece.length === 0) return;
      size += piece.length;
      if (size > limit) throw new RangeError('A part of the list is too large.');
      // A copy: the piece is a view of a chunk that may be reused, and would keep all of it alive.
      pieces.push(piece.slice());
    },
    take(): string {
      const text = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      size = 0;
      return text;
    },
    /** The last characters, enough for a key and the white space around it. */
    tail(): string {
      return Buffer.concat(pieces).toString('latin1').slice(-200);
    },
  };
}
