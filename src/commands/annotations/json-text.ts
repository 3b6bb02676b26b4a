/** A member of a JSON object: where its value stands in the text. */
export interface Member {
  key: string;
  keyStart: number;
  start: number;
  end: number;
}

const BLANK = /[\s,:]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /[^\s,\]}]+/y;

/**
 * The members of an object, or the elements of a list (with an empty key), in a JSON text: where they stand, so that one of them
 * can be changed without touching a byte of the others.
 *
 * @param text - valid JSON: that is for the caller to know
 * @param open - where the object's brace or the list's bracket stands
 */
export function readParts(text: string, open: number): { members: Member[]; close: number } {
  const isObject = text[open] === '{';
  const members: Member[] = [];
  let at = skip(BLANK, text, open + 1);
  while (at < text.length && text[at] !== '}' && text[at] !== ']') {
    const keyStart = at;
    const key = isObject ? (JSON.parse(text.slice(at, skip(STRING, text, at))) as string) : '';
    const start = isObject ? skip(BLANK, text, skip(STRING, text, at)) : at;
    const end = endOf(text, start);
    members.push({ key, keyStart, start, end });
    at = skip(BLANK, text, end);
  }
  return { members, close: at };
}

function endOf(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return skip(STRING, text, start);
  if (first === '{' || first === '[') return readParts(text, start).close + 1;
  return skip(SCALAR, text, start);
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
