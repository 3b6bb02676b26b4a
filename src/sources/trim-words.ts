import { isKeptFlag, isKeptVariable, isScriptFlag, referencesIn } from './kept-settings.ts';
import { type Piece, scriptPieces } from './script-pieces.ts';
import { serverOfCommand } from './server-kind.ts';

/** What the words so far say about the next one. */
type Before = 'nothing' | 'dropped flag' | 'kept flag';

/** Short options that are followed by a secret: a header, a key. */
const SECRET_OPTIONS: ReadonlySet<string> = new Set(['-H', '-k']);
const REFERENCE = /^\$(?:[@*]|\w{1,100}|\{(?:[@*]|\w{1,100}(?:\[[@*]\])?)\}|\([\w.-]{1,253}\))$/;
const NONE: ReadonlySet<string> = new Set();
const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/;

/** Goes through the words of one command line after another. */
interface Trimmer {
  /**
   * The word as it is kept; undefined where it is not.
   *
   * @param plain - the word without its quotes
   * @param plain.next - the word that follows
   * @param keep - what is kept of a word that stands for itself
   */
  word(word: string, plain: { text: string; next: string | undefined }, keep: () => string): string | undefined;
  end(): void;
}

/**
 * Takes lists of words apart as one command line: a flag at the end of one list has its value at the begin of the next. The values of
 * flags that are not read are dropped, up to the next flag, but for references, which may hold flags themselves.
 *
 * @param referred - takes the names of the variables that what is kept refers to
 */
export function trimWords(lists: readonly (readonly string[])[], referred: Set<string>): string[][] {
  const trimmer = createTrimmer(referred);
  const all = lists.flat();
  let index = 0;
  return lists.map((words) =>
    words.flatMap((word) => {
      const next = all[++index];
      if (holdsSeveral(word)) return [trimPieces(scriptPieces(word), referred, trimmer).trim()];
      const kept = trimmer.word(word, { text: word, next }, () =>
        /\s/.test(word) ? trimText(word, referred) : trimPiece({ kind: 'word', text: word }, referred, NONE),
      );
      return kept === undefined ? [] : [kept];
    }),
  );
}

/** A whole script, or several flags in one text. */
export function trimText(text: string, referred: Set<string>): string {
  if (!/[\s=]/.test(text)) return text;
  const pieces = scriptPieces(text);
  // A script may refer to its variables after it has set them.
  const own = new Set<string>();
  if (pieces.some((piece) => ASSIGNMENT.test(piece.text))) trimPieces(pieces, own, createTrimmer(own));
  return trimPieces(pieces, referred, createTrimmer(referred), own);
}

/** @param own - the references in a script that are known beforehand; without them all that it sets is kept */
function trimPieces(
  pieces: readonly Piece[],
  referred: Set<string>,
  trimmer: Trimmer,
  own?: ReadonlySet<string>,
): string {
  const words = pieces.filter(({ kind }) => kind === 'word').map(({ text }) => withoutQuotes(text));
  let index = 0;
  const kept = pieces.map((piece) => {
    if (piece.kind === 'end') trimmer.end();
    if (piece.kind !== 'word') return piece.text;
    const plain = { text: words[index] ?? '', next: words[++index] };
    return trimmer.word(piece.text, plain, () => trimPiece(piece, referred, own)) ?? '';
  });
  return kept.join('');
}

function trimPiece({ text, quote }: Piece, referred: Set<string>, own: ReadonlySet<string> | undefined): string {
  if (quote) return trimQuoted(text, quote, referred);
  const [, name, value = ''] = ASSIGNMENT.exec(text) ?? [];
  if (name === undefined) return text;
  // A name that is made of it must not be read without it.
  if (own && !isKeptVariable(name, value, own)) return own.has(name) ? `${name}=$(…)` : `${name}=`;
  const [piece, ...others] = scriptPieces(value);
  return piece?.quote && others.length === 0 ? `${name}=${trimQuoted(value, piece.quote, referred)}` : text;
}

/** A script in a script, or any text. */
function trimQuoted(text: string, quote: string, referred: Set<string>): string {
  const closed = text.length > 1 && text.endsWith(quote);
  return `${quote}${trimText(text.slice(1, closed ? -1 : undefined), referred)}${closed ? quote : ''}`;
}

function createTrimmer(referred: Set<string>): Trimmer {
  let before: Before = 'nothing';
  const refer = (text: string) => {
    for (const name of referencesIn(text)) referred.add(name);
    return text;
  };
  return {
    word(word, { text, next }, keep) {
      const [, flag, value] = /^(--?[A-Za-z][\w.-]*)(=[\s\S]*)?$/.exec(text) ?? [];
      if (flag !== undefined) {
        const kept = isKeptFlag(flag);
        before = beforeNext(flag, kept, value !== undefined);
        return kept || value === undefined ? refer(word) : `${flag}=`;
      }
      if (before === 'dropped flag') {
        if (REFERENCE.test(text)) return word;
        // A flag may have no value, and a program follow.
        if (serverOfCommand(next === undefined ? [text] : [text, next]) === undefined) return undefined;
      }
      if (before === 'kept flag') return refer(word);
      before = text.length < 100 && /bearer$/i.test(text) ? 'dropped flag' : 'nothing';
      return refer(keep());
    },
    end() {
      before = 'nothing';
    },
  };
}

function beforeNext(flag: string, kept: boolean, hasValue: boolean): Before {
  // What follows `--flag=value` up to the next flag belongs to nothing.
  if (hasValue || SECRET_OPTIONS.has(flag)) return 'dropped flag';
  // Other short options may have no value.
  if (!flag.startsWith('--') || isScriptFlag(flag)) return 'nothing';
  return kept ? 'kept flag' : 'dropped flag';
}

/** A flag and its value, or several flags, in one word: `--port 8080`, `--model=m --port=8080`. */
function holdsSeveral(word: string): boolean {
  const flags = word.trimStart();
  return /^--?[A-Za-z][\w.-]*\s/.test(flags) || (flags.startsWith('-') && /\s--?[A-Za-z]/.test(flags));
}

function withoutQuotes(text: string): string {
  return text.replaceAll(/\\\n|["'\\]/g, '');
}
