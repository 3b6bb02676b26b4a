import type { Result, Results } from './results.ts';
import type { Figure } from './row.ts';
import { ROWS } from './rows/index.ts';
import type { Machine } from './tools/machine.ts';

const CHARTS: Readonly<Record<string, { file: string; alt: string }>> = {
  onboard: { file: 'onboarding.svg', alt: 'Seconds until so many models are in LiteLLM, ours beside a bare loop' },
  memory: { file: 'memory.svg', alt: 'Memory of the controller over the number of InferenceServices' },
};

/** The page of the benchmark, made from what is kept of it. */
export function pageOf(results: Results): string {
  const rows = ROWS.flatMap(({ name }) => {
    const result = results[name];
    return result ? [{ name, result }] : [];
  });
  return [
    '# Benchmarks',
    '',
    '<!-- Written by `npm run bench`; edit test/bench instead. -->',
    '',
    'Every figure is a count or a size, or stands beside a bare loop that was measured in the same run: what matters is the distance between the two, not the machine. Nothing fails when a bar is',
    'missed; the table says so.',
    '',
    '<!-- not run: it takes a quarter of an hour -->',
    '',
    '```sh',
    'npm run bench                   # all rows; real servers, as the end-to-end tests',
    'npm run bench -- first-list     # one row, by its name below; the others stay as they were measured',
    '```',
    '',
    ...rows.flatMap(({ name, result }) => section(name, result)),
    '## Measured on',
    '',
    'Load is how many processes wanted a core when the row began. Where that is more than there are cores, every time above is too long, that of the bare loop too; counts and sizes are not.',
    '',
    '| row | date | commit | machine | load | Node | Kubernetes | KServe’s CRDs | LiteLLM |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map(({ name, result }) => measuredOn(name, result.date, result.machine)),
    '',
  ].join('\n');
}

function section(name: string, { title, how, figures }: Result): string[] {
  const image = CHARTS[name];
  return [
    `## ${name}: ${title}`,
    '',
    how,
    '',
    '| what | measured | beside it | bar | |',
    '|---|---|---|---|---|',
    ...figures.map(figureRow),
    '',
    ...(image ? [`![${image.alt}](images/${image.file})`, ''] : []),
  ];
}

function figureRow({ what, value, beside = '', bar = '', met }: Figure): string {
  const verdict = met === undefined ? '' : met ? 'met' : '**missed**';
  return `| ${what} | ${value} | ${beside} | ${bar} | ${verdict} |`;
}

function measuredOn(name: string, date: string, machine: Machine): string {
  const { cpu, cores, memory, load, node, kubernetes, kserve, litellm, commit } = machine;
  return `| ${name} | ${date} | ${commit} | ${cores} cores of ${cpu}, ${memory} | ${load} | ${node} | ${kubernetes} | ${kserve} | ${litellm} |`;
}
