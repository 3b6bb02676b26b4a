import { stripVTControlCharacters, styleText } from 'node:util';
import { type Command, Option } from 'commander';

/** How a command that reads prints what it found. */
export type Output = 'table' | 'json';

/** Adds `-o table|json`. */
export function addOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'How it is printed; json is described by docs/schemas.')
      .choices(['table', 'json'])
      .default('table'),
  );
}

/** True where `-o json` was given: then standard output is the document's alone. */
export function isJson(command: Command): boolean {
  return command.opts<{ output: Output }>().output === 'json';
}

/** Prints a document as `-o` asks. */
export function print<T>(command: Command, document: T, table: (document: T) => string): void {
  process.stdout.write(isJson(command) ? `${JSON.stringify(document, undefined, 2)}\n` : table(document));
}

export type Style = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** A text in a colour, where standard output is a terminal that wants colours. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Rows of cells as lines with aligned columns, two spaces apart. Nothing is cut: who reads on with `grep` or `awk` gets whole names. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** `1 model`, `2 models`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function widthOf(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}
