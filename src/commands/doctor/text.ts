import { alignColumns, counted, paint, type Style } from '../output.ts';
import type { Check, DoctorDocument } from './check.ts';

const MARKS: Record<Check['status'], [string, Style]> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  failed: ['✗', 'red'],
  skipped: ['-', 'dim'],
};

const HEADINGS: Record<Check['about'], string> = { kubernetes: 'Kubernetes', litellm: 'LiteLLM', backends: 'Backends' };

/** The checklist for people; a remedy stands below what it is for. */
export function doctorText({ checks, failed, warnings }: DoctorDocument): string {
  const lines = alignColumns(checks.map(({ status, title, says }) => [mark(status), title, says]));
  const whole = checks.flatMap((check, index) => {
    const heading = check.about === checks[index - 1]?.about ? [] : [paint('bold', HEADINGS[check.about])];
    const remedy = check.remedy === undefined ? [] : [`      ${paint('dim', '→')} ${check.remedy}`];
    return [...heading, `  ${lines[index] ?? ''}`, ...remedy];
  });
  const verdict = failed > 0 ? `${counted(failed, 'check')} failed` : 'All is in order';
  return `${[...whole, `${verdict}; ${counted(warnings, 'warning')}.`].join('\n')}\n`;
}

function mark(status: Check['status']): string {
  const [sign, style] = MARKS[status];
  return paint(style, sign);
}
