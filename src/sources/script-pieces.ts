/** A piece of a script: a word with its quotes, a space between words, or what ends a command. */
export interface Piece {
  kind: 'word' | 'space' | 'end';
  text: string;
  /** The quote that the whole word stands in. */
  quote?: '"' | "'";
}

/** What a shell takes as one, wherever it begins. */
interface Part {
  text: string;
  next: number;
}

const SPACES = /[^\S\n]+/y;
const PLAIN = /[^\s;&|()<>"'`$\\{#]+/y;

/**
 * Takes a script apart as `shellCommands` does, but keeps it as it is written: together the pieces are the script again, without its
 * comments, and without what stands in command substitutions, whose output nobody knows. A template `{{…}}` is a part of a word.
 * Never throws; takes time in proportion to the script.
 */
export function scriptPieces(script: string): Piece[] {
  const pieces: Piece[] = [];
  const lastTemplateEnd = script.lastIndexOf('}}');
  let word: Piece | undefined;
  let at = 0;

  function add(kind: 'space' | 'end', text: string): void {
    word = undefined;
    pieces.push({ kind, text });
    at += text.length;
  }
  function append({ text, next }: Part): void {
    const [quote] = text;
    if (word) {
      word.text += text;
      delete word.quote;
    } else {
      word = { kind: 'word', text, ...((quote === '"' || quote === "'") && { quote }) };
      pieces.push(word);
    }
    at = next;
  }

  while (at < script.length) {
    const character = script[at] ?? '';
    if (character === '#' && !word) {
      const end = script.indexOf('\n', at);
      at = end < 0 ? script.length : end;
    } else if (character === '\\' && script[at + 1] === '\n' && !word) add('space', '\\\n');
    else if ('\n;&|()<>'.includes(character)) add('end', character);
    else if (/\s/.test(character)) add('space', matchAt(SPACES, script, at) ?? character);
    else if (script.startsWith('{{', at) && at < lastTemplateEnd) {
      append(slice(script, at, script.indexOf('}}', at) + 2));
    } else append(partAt(script, at));
  }
  return pieces;
}

function partAt(script: string, at: number): Part {
  const character = script[at] ?? '';
  if (character === '\\') return slice(script, at, at + 2);
  if (character === "'") return slice(script, at, after(script, "'", at + 1));
  if (character === '"') return quotedPart(script, at);
  if (character === '`') return { text: '`…`', next: after(script, '`', at + 1) };
  if (script.startsWith('$(', at)) return substitution(script, at);
  if (script.startsWith('${', at)) return slice(script, at, after(script, '}', at + 2));
  return slice(script, at, at + (matchAt(PLAIN, script, at)?.length ?? 1));
}

function matchAt(sticky: RegExp, script: string, at: number): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(script)?.[0];
}

function quotedPart(script: string, from: number): Part {
  let text = '"';
  let at = from + 1;
  while (at < script.length && script[at] !== '"') {
    const part = script[at] === "'" ? slice(script, at, at + 1) : partAt(script, at);
    text += part.text;
    at = part.next;
  }
  return { text: script[at] === '"' ? `${text}"` : text, next: at + 1 };
}

/** `$(NAME)` may be for Kubernetes. */
function substitution(script: string, at: number): Part {
  const [reference] = /^\$\([\w.-]*\)/.exec(script.slice(at, at + 256)) ?? [];
  if (reference) return { text: reference, next: at + reference.length };
  let depth = 0;
  for (let end = at + 1; end < script.length; end++) {
    if (script[end] === '(') depth++;
    else if (script[end] === ')') depth--;
    if (depth === 0) return { text: '$(…)', next: end + 1 };
  }
  return { text: '$(…)', next: script.length };
}

function after(script: string, closing: string, from: number): number {
  const end = script.indexOf(closing, from);
  return end < 0 ? script.length : end + 1;
}

function slice(script: string, at: number, next: number): Part {
  return { text: script.slice(at, next), next };
}
