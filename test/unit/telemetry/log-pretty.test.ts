import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { prettify } from '../../../src/telemetry/log-pretty.ts';

const at = new Date(2026, 10, 24, 20, 13, 4, 16).toISOString();

function lineOf(fields: Record<string, unknown>): string {
  return JSON.stringify({
    level: 'info',
    time: at,
    service: 'model-registrar',
    version: '1.2.3',
    ...fields,
    msg: 'Told',
  });
}

test('the local time of day, the level, the message, then fields that can be read back', () => {
  const line = lineOf({ name: 'qwen', why: 'no copy yet', count: 2, names: ['a'], empty: '', odd: 'a=b' });
  expect(prettify(line, false)).toBe(
    '20:13:04.016 INFO  Told name=qwen why="no copy yet" count=2 names=["a"] empty="" odd="a=b"\n',
  );
});

test('an error stands below, with its causes and where it came from', () => {
  const err = {
    name: 'LitellmError',
    code: 'LITELLM_REFUSED',
    status: 401,
    message: 'Refused.',
    cause: { name: 'TypeError', message: 'no', stack: ['at one', 'at two'] },
  };
  expect(prettify(lineOf({ err, name: 'qwen' }), false)).toBe(
    [
      '20:13:04.016 INFO  Told name=qwen',
      '    err: LitellmError (LITELLM_REFUSED 401): Refused.',
      '    caused by: TypeError: no',
      '        at one',
      '        at two',
      '',
    ].join('\n'),
  );
});

test.each(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])('colours %s, and change nothing else', (level) => {
  const line = lineOf({ level, name: 'qwen', err: { name: 'E', message: 'no' } });
  const coloured = prettify(line, true);
  expect(coloured).toContain('\u001b[');
  expect(stripVTControlCharacters(coloured)).toBe(prettify(line, false));
});
