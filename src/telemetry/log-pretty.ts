import { styleText } from 'node:util';
import type { DescribedError } from './log-guard.ts';

type Style = Parameters<typeof styleText>[0];

const LEVEL_STYLES: Record<string, Style> = {
  trace: 'dim',
  debug: 'cyan',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'bold'],
};

/** Fields with a place of their own in the line, or that say the same in every line. */
const PLACED = new Set(['time', 'level', 'msg', 'service', 'version']);

/**
 * Turns a JSON line of the log into one for people: `20:13:44.416 INFO  Registered  namespace=llm name=qwen`, the
 * local time of day first, and errors on lines of their own below.
 *
 * @throws SyntaxError when the line is no JSON
 */
export function prettify(line: string, isColoured: boolean): string {
  const paint = (style: Style, text: string) => (isColoured ? styleText(style, text, { validateStream: false }) : text);
  const fields = JSON.parse(line) as { time: string; level: string; msg?: string };
  const { time, level, msg = '' } = fields;
  const parts = [
    paint('dim', timeOfDay(time)),
    paint(LEVEL_STYLES[level] ?? 'reset', level.toUpperCase().padEnd(5)),
    paint('bold', msg),
  ];
  const errors: string[] = [];
  for (const [name, value] of Object.entries<unknown>(fields)) {
    if (PLACED.has(name)) continue;
    if (isDescribedError(value)) errors.push(...errorLines(value, name));
    else parts.push(`${paint('dim', `${name}=`)}${plain(value)}`);
  }
  return `${[parts.join(' '), ...errors.map((text) => paint('dim', text))].join('\n')}\n`;
}

function timeOfDay(isoTime: string): string {
  const at = new Date(isoTime);
  const two = (number: number) => String(number).padStart(2, '0');
  const seconds = `${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}:${seconds}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function isDescribedError(value: unknown): value is DescribedError {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('message' in value)) return false;
  return typeof value.name === 'string' && typeof value.message === 'string';
}

function errorLines(error: DescribedError, label: string): string[] {
  const marks = [error.code, error.status].filter((mark) => mark !== undefined).join(' ');
  return [
    `    ${label}: ${error.name}${marks ? ` (${marks})` : ''}: ${error.message}`,
    ...(error.stack ?? []).map((frame) => `        ${frame}`),
    ...(error.cause ? errorLines(error.cause, 'caused by') : []),
  ];
}
