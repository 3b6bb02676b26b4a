import { type Block, blocksOf } from './markdown.ts';

/** A shell block of a page. */
export interface Script {
  line: number;
  /** What a shell takes. */
  text: string;
  /** Why it cannot run on the bed; undefined where it runs. */
  notRun: string | undefined;
  /** The exit code that the page tells of. */
  exit: number;
  /** Lines that the page shows as its output. */
  shows: string[];
}

const SHELLS = ['sh', 'console', 'shell', 'bash'];

/**
 * The shell blocks of a page, in their order. Each of them runs, unless an HTML comment before it says why it cannot: `not run: …`;
 * `exit: 2` tells of an exit code other than 0.
 *
 * @throws where a comment is none of the two: a slip would let a block go untested
 */
export function scriptsOf(page: string): Script[] {
  return blocksOf(page)
    .filter(({ language }) => SHELLS.includes(language))
    .map(scriptOf);
}

function scriptOf({ language, text, marks, line }: Block): Script {
  let notRun: string | undefined;
  let exit = 0;
  for (const mark of marks) {
    const [, word, rest = ''] = /^(not run|exit): (.+)$/s.exec(mark) ?? [];
    if (word === 'not run') notRun = rest;
    else if (word === 'exit') exit = Number(rest);
    else throw new Error(`line ${line}: "${mark}" is neither "not run: …" nor "exit: …".`);
  }
  if (language !== 'console') return { line, text, notRun, exit, shows: [] };
  return { line, text: commands(text), notRun, exit, shows: text.replaceAll(PROMPT, '').split('\n').filter(Boolean) };
}

/** What follows a prompt, with the lines that continue it. */
const PROMPT = /^\$ ((?:.*\\\n)*.*)$/gm;

function commands(text: string): string {
  return [...text.matchAll(PROMPT)].map(([, command = '']) => command).join('\n');
}

/** Whether a line that a page shows stands in an output: other spaces and other numbers are the same, `…` is anything. */
export function isShown(line: string, output: string): boolean {
  const pattern = line
    .trim()
    .split(/(\s+|\d+|…)/)
    .map((part) => {
      if (part === '…') return '.*';
      if (/^\s+$/.test(part)) return '\\s+';
      return /^\d+$/.test(part) ? '\\d+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(pattern).test(output);
}
