/** How text is laid out: for a terminal, or for whoever reads it later. */
export interface Layout {
  /** Characters a line. */
  width: number;
  colours: boolean;
}

/** A standard output, as far as its looks are concerned. */
export interface Screen {
  isTTY?: boolean;
  columns?: number;
}

/** Lines for a file or a pipe, whose width nobody knows. */
const PLAIN_WIDTH = 100;

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 140;

/** Narrower than this, words would stand one below the other. */
const NARROWEST = 40;

/** Colours only on a terminal, and not where NO_COLOR is set (https://no-color.org). */
export function layoutOf({ isTTY, columns }: Screen, environment: NodeJS.ProcessEnv): Layout {
  const width = isTTY && columns ? Math.max(NARROWEST, Math.min(columns, WIDEST)) : PLAIN_WIDTH;
  return { width, colours: isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb' };
}

/** Breaks text at its spaces into lines of at most `width` characters; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/**
 * Lays out a command for the shell: the parts on one line, or where that is too long with `\` between lines.
 * A part that is too long by itself is left to the terminal, since a break within it would change it.
 */
export function wrapCommand(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    // Two characters are kept for the mark of the break.
    if (line !== '' && line.length + 1 + part.length > width - 2) {
      lines.push(`${line} \\`);
      line = `  ${part}`;
    } else {
      line = line === '' ? part : `${line} ${part}`;
    }
  }
  return [...lines, line];
}

/** Cuts text to a width, with an ellipsis for what is lost. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
