import type { Stage } from './stage.ts';

/** One measured thing. */
export interface Figure {
  what: string;
  /** What was measured, with its unit. */
  value: string;
  /** What a bare loop took in the same run, or what else it is to be seen beside. */
  beside?: string;
  bar?: string;
  /** Whether the bar is met; left out where there is none. */
  met?: boolean;
}

/** Points for a chart. */
export interface Series {
  name: string;
  points: { x: number; y: number }[];
}

/** What a row of the benchmark gives. */
export interface Findings {
  /** On which servers, and what is particular about it: a sentence. */
  how: string;
  figures: Figure[];
  series?: Series[];
}

/** A row of the benchmark: `npm run bench -- NAME` runs it alone. */
export interface Row {
  name: string;
  title: string;
  run(stage: Stage): Promise<Findings>;
}

/** The value under which a share of all lies, such as 0.95 of them. */
export function percentile(share: number, values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

export function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

export function seconds(value: number): string {
  return `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)} s`;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
