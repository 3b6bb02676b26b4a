import type { Model } from './observe.ts';
import { cut } from './text.ts';

/** A line of the model list, and what became of it since the list before. */
export interface ModelLine {
  model: Model;
  change: 'new' | 'changed' | 'gone' | 'same';
  /** The columns that show something else than before. */
  changed: readonly Column[];
}

export type Column = 'name' | 'mode' | 'tokens' | 'from' | 'id' | 'address';

const MARKS = { new: '+', changed: '~', gone: '-', same: ' ' } as const;
const HEADS: Record<Column, string> = {
  name: 'NAME',
  mode: 'MODE',
  tokens: 'TOKENS',
  from: 'FROM',
  id: 'ID',
  address: 'ADDRESS',
};
const COLUMNS = Object.keys(HEADS) as Column[];
const GAP = 2;

/** Compares two lists of models, row by row; rows that went stand where they were. */
export function compareModels(before: readonly Model[], now: readonly Model[]): ModelLine[] {
  const old = new Map(before.map((model) => [model.id, model]));
  const ids = new Set(now.map(({ id }) => id));
  const lines = now.map((model): ModelLine => {
    const former = old.get(model.id);
    if (!former) return { model, change: 'new', changed: COLUMNS };
    const changed = COLUMNS.filter((column) => former[column] !== model[column]);
    return { model, change: changed.length > 0 ? 'changed' : 'same', changed };
  });
  const gone = before.filter(({ id }) => !ids.has(id));
  return [...lines, ...gone.map((model): ModelLine => ({ model, change: 'gone', changed: COLUMNS }))].sort(byName);
}

function byName(one: ModelLine, other: ModelLine): number {
  return one.model.name.localeCompare(other.model.name) || one.change.localeCompare(other.change);
}

/** A cell with its column and line, so that it can be painted once its width is fixed. */
export interface Cell {
  text: string;
  column: Column | 'mark';
}

/** The table as rows of cells that are filled up to their columns' widths; the first row is the head. The address is left out where it does not fit. */
export function layOutModels(lines: readonly ModelLine[], width: number): Cell[][] {
  const rows = [HEADS, ...lines.map(({ model }) => textsOf(model))];
  const marks = [' ', ...lines.map(({ change }) => MARKS[change])];
  const widths = widthsFor(rows, width - GAP);
  const shown = COLUMNS.filter((column) => widths[column] > 0);
  return rows.map((row, at) => [
    { text: `${marks[at] ?? ' '} `, column: 'mark' as const },
    ...shown.map((column) => {
      const text = cut(row[column], widths[column]);
      const filled = column === 'tokens' ? text.padStart(widths[column]) : text.padEnd(widths[column]);
      return { text: column === shown.at(-1) ? text : filled + ' '.repeat(GAP), column };
    }),
  ]);
}

function textsOf({ id, name, mode, tokens, from, address }: Model): Record<Column, string> {
  return { id, name, mode: mode ?? '', tokens: `${tokens ?? ''}`, from: from ?? 'by hand', address: address ?? '' };
}

/** Gives each column what it needs; where that is too much the address goes first, then the longest are cut. */
function widthsFor(rows: readonly Record<Column, string>[], width: number): Record<Column, number> {
  const widths = { name: 0, mode: 0, tokens: 0, from: 0, id: 0, address: 0 };
  for (const column of COLUMNS) widths[column] = Math.max(...rows.map((row) => row[column].length));
  const total = (): number => {
    const shown = COLUMNS.filter((column) => widths[column] > 0);
    return shown.reduce((sum, column) => sum + widths[column], 0) + GAP * (shown.length - 1);
  };
  if (total() > width) widths.address = 0;
  for (let surplus = total() - width; surplus > 0; surplus = total() - width) {
    const longest = COLUMNS.reduce((one, other) => (widths[other] > widths[one] ? other : one));
    if (widths[longest] <= 4) break;
    widths[longest] -= 1;
  }
  return widths;
}
