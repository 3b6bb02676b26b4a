/** `npm run bench`, or `npm run bench -- ROW…`: measures, prints, and writes docs/benchmarks.md with its charts. */
import { execFileSync } from 'node:child_process';
import { type Result, readResults, writeResults } from './results.ts';
import { ROWS } from './rows/index.ts';
import { createStage } from './stage.ts';
import { machine } from './tools/machine.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => ROWS.every((row) => row.name !== name));
if (unknown.length > 0) {
  console.error(
    `There is no row ${unknown.join(', ')}. Take one or several of: ${ROWS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

// The image has the program as JavaScript.
execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });

const stage = createStage();
try {
  for (const row of ROWS) {
    const { name, title } = row;
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const measuredOn = { title, date: new Date().toISOString().slice(0, 10), machine: machine() };
    const result: Result = { ...measuredOn, ...(await row.run(stage)) };
    print(name, result);
    // After each row: what is measured is kept, whatever becomes of the next.
    writeResults({ ...readResults(), [name]: result });
  }
} finally {
  await stage.close();
}

function print(name: string, { title, figures }: Result): void {
  console.log(`\n${name}: ${title}`);
  for (const { what, value, beside, bar, met } of figures) {
    const verdict = met === undefined ? '' : met ? '  met' : '  MISSED';
    console.log(`  ${what}: ${value}${beside ? `  (${beside})` : ''}${bar ? `  bar ${bar}${verdict}` : ''}`);
  }
}
