import type { Variables } from './variables.ts';

/** A word of a command line; `unresolved` is the reference in it whose value is not known. */
export interface Word {
  text: string;
  unresolved?: string;
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/;

/**
 * Splits a shell script into its simple commands, and these into words, with quotes, comments, redirections and variables seen to.
 *
 * Just so much of a shell as start commands of model servers need: nothing is run, there are no loops or functions, and the
 * output of a command in the script is an unresolved reference. Assignments (`A=b`, `export A=b`) change `variables` for what
 * comes after them. Never throws; takes time in proportion to the script.
 */
export function shellCommands(script: string, variables: Variables): Word[][] {
  const commands: Word[][] = [];
  let words: Word[] = [];
  let word: Word | undefined;
  let dropNext = false;
  let at = 0;

  function append(text: string): void {
    word ??= { text: '' };
    word.text += text;
  }
  function appendUnresolved(reference: string): void {
    append('');
    if (word) word.unresolved ??= reference;
  }
  function endWord(): void {
    if (word && !dropNext) words.push(word);
    if (word) dropNext = false;
    word = undefined;
  }
  function endCommand(): void {
    endWord();
    dropNext = false;
    if (words.length > 0 && !assign(words, variables)) commands.push(words);
    words = [];
  }
  function appendReference(inQuotes: boolean): void {
    const { name, value, next } = readReference(script, at, variables);
    at = next;
    if (value === undefined) appendUnresolved(name);
    else if (inQuotes) append(value);
    else appendSplit(value);
  }
  function appendSplit(value: string): void {
    // Outside quotes a value falls into words, as a list of flags in one variable is meant to.
    for (const piece of value.split(/(\s+)/)) {
      if (/^\s/.test(piece)) endWord();
      else if (piece) append(piece);
    }
  }
  function quotedPart(): void {
    append('');
    at++;
    while (at < script.length && script[at] !== '"') {
      if (script[at] === '\\' && '$`"\\\n'.includes(script[at + 1] ?? ' ')) {
        if (script[at + 1] !== '\n') append(script[at + 1] ?? '');
        at += 2;
      } else if (script[at] === '$' || script[at] === '`') appendReference(true);
      else append(script[at++] ?? '');
    }
    at++;
  }
  function redirection(): void {
    // The digits right before it name a file descriptor, and the word after it a file.
    if (word && /^\d+$/.test(word.text)) word = undefined;
    endWord();
    while ('<>&|'.includes(script[at] ?? ' ')) at++;
    dropNext = true;
  }

  while (at < script.length) {
    const character = script[at] ?? '';
    if (character === '\\') {
      if (script[at + 1] !== '\n') append(script[at + 1] ?? '');
      at += 2;
    } else if (character === "'") {
      const end = script.indexOf("'", at + 1);
      append(script.slice(at + 1, end < 0 ? undefined : end));
      at = end < 0 ? script.length : end + 1;
    } else if (character === '"') quotedPart();
    else if (character === '$' || character === '`') appendReference(false);
    else if (character === '#' && !word) {
      const end = script.indexOf('\n', at);
      at = end < 0 ? script.length : end;
    } else if (character === '<' || character === '>') redirection();
    else {
      if (character === '\n' || ';&|()'.includes(character)) endCommand();
      else if (/\s/.test(character)) endWord();
      else append(character);
      at++;
    }
  }
  endCommand();
  return commands;
}

/** One argument that no shell has seen: only its references are put in place. */
export function expandReferences(argument: string, variables: Variables): Word {
  const word: Word = { text: '' };
  let at = 0;
  while (at < argument.length) {
    const dollar = argument.indexOf('$', at);
    word.text += argument.slice(at, dollar < 0 ? undefined : dollar);
    if (dollar < 0) break;
    const { name, value, next } = readReference(argument, dollar, variables);
    word.text += value ?? argument.slice(dollar, next);
    if (value === undefined) word.unresolved ??= name;
    at = next;
  }
  return word;
}

/** What stands at a `$` or a backtick: its name for a message, its value where that is known, and where the text goes on. */
function readReference(
  text: string,
  at: number,
  variables: Variables,
): { name: string; value: string | undefined; next: number } {
  const [opening, closing] = enclosure(text, at);
  if (closing) {
    const end = closingIndex(text, at + opening.length, closing);
    const inner = text.slice(at + opening.length, end);
    const name = `${opening}${inner.slice(0, 40)}${closing}`;
    const next = end + 1;
    if (closing !== '}') return { name, value: undefined, next };
    const [, variable = '', colon, fallback] = /^([A-Za-z_]\w*)(?:(:?)[-=]([^$`]*))?$/.exec(inner) ?? [];
    const value = variables.has(variable) ? variables.get(variable) : fallback;
    return { name, value: value === '' && colon ? fallback : value, next };
  }
  const [, variable] = /^\$([A-Za-z_]\w*|[0-9@*#?$!-])/.exec(text.slice(at, at + 130)) ?? [];
  if (!variable) return { name: '$', value: '$', next: at + 1 };
  return { name: `$${variable}`, value: variables.get(variable), next: at + 1 + variable.length };
}

function enclosure(text: string, at: number): [string, string | undefined] {
  if (text[at] === '`') return ['`', '`'];
  if (text[at + 1] === '{') return [`\${`, '}'];
  if (text[at + 1] === '(') return ['$(', ')'];
  return ['$', undefined];
}

function closingIndex(text: string, from: number, closing: string): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === closing) depth--;
    else if (text[at] === '(' && closing === ')') depth++;
    if (depth === 0) return at;
  }
  return text.length;
}

/** Carries out a command that only sets variables; false for any other command. */
function assign(words: Word[], variables: Variables): boolean {
  const exported = words[0]?.text === 'export';
  const rest = exported ? words.slice(1) : words;
  const assignments = rest.map((word) => ASSIGNMENT.exec(word.text));
  if (!exported && assignments.includes(null)) return false;
  for (const [index, match] of assignments.entries()) {
    if (match?.[1]) variables.set(match[1], rest[index]?.unresolved ? undefined : match[2]);
  }
  return true;
}
