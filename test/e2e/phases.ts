import type { MadeCall } from './steady-calls.ts';

/** A stretch of time in which something happened beside the calls. */
export interface Phase {
  what: string;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
}

/** The calls that were made within a phase, whenever they were answered. */
export function callsIn({ from, to }: Phase, made: readonly MadeCall[]): MadeCall[] {
  return made.filter(({ at }) => at >= from && at < to);
}

/** How long calls took, in milliseconds: a line a phase, for people. */
export function latencyTable(phases: readonly Phase[], made: readonly MadeCall[]): string {
  const head = ['phase', 's', 'calls', 'failed', 'p50 ms', 'p95 ms', 'max ms'];
  const rows = phases.map((phase) => {
    const calls = callsIn(phase, made);
    const times = calls.map(({ at, answeredAt }) => answeredAt - at).toSorted((one, other) => one - other);
    const failed = calls.filter(({ status }) => status !== 200).length;
    const figures = [(phase.to - phase.from) / 1000, calls.length, failed, ...[0.5, 0.95, 1].map(quantile(times))];
    return [phase.what, ...figures.map((figure) => String(Math.round(figure)))];
  });
  const widths = head.map((_, index) => Math.max(...[head, ...rows].map((row) => row[index]?.length ?? 0)));
  const line = (row: string[]): string =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  return [head, ...rows].map(line).join('\n');
}

/** The smallest of sorted values that this share of them does not exceed; none where there are none. */
function quantile(sorted: readonly number[]): (share: number) => number {
  return (share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
