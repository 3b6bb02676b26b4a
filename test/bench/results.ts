import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { pageOf } from './page.ts';
import type { Findings } from './row.ts';
import type { Machine } from './tools/machine.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const RESULTS = join(DOCS, 'benchmarks.json');
const IMAGES = join(DOCS, 'images');

/** What is kept of a row, so that one can be renewed without the others. */
export interface Result extends Findings {
  title: string;
  /** The day on which it was measured. */
  date: string;
  machine: Machine;
}

/** By the name of the row. */
export type Results = Record<string, Result>;

export function readResults(): Results {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
  } catch {
    return {};
  }
}

/** Writes what is kept, the page and the charts. */
export function writeResults(results: Results): void {
  mkdirSync(IMAGES, { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  const { onboard, memory } = results;
  if (onboard?.series) {
    const axes = { title: 'Onboarding', x: 'models', y: 'seconds' };
    writeFileSync(join(IMAGES, 'onboarding.svg'), chart(axes, onboard.series));
  }
  if (memory?.series) {
    const axes = { title: 'Memory of the controller', x: 'InferenceServices', y: 'MB' };
    writeFileSync(join(IMAGES, 'memory.svg'), chart(axes, memory.series));
  }
  writeFileSync(join(DOCS, 'benchmarks.md'), pageOf(results));
}
