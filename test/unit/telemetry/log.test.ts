import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createLogger, type LogOptions, VERSION } from '../../../src/telemetry/index.ts';
import { wantsColours } from '../../../src/telemetry/log.ts';

function loggerInto(lines: string[], options: Partial<LogOptions> = {}) {
  const destination = { write: (text: string) => lines.push(text) };
  return createLogger({ level: 'info', format: 'json', destination, ...options });
}

function parsed(lines: string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('JSON lines', () => {
  test('carry time, level as a word, who writes, the fixed message and its fields', () => {
    const lines: string[] = [];
    loggerInto(lines).warn({ source: 'inference-service', count: 3 }, 'Models held');
    const [line] = parsed(lines);
    expect(lines[0]).toMatch(/\n$/);
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'model-registrar',
      version: VERSION,
      source: 'inference-service',
      count: 3,
      msg: 'Models held',
    });
  });

  test('below the level are left out', () => {
    const lines: string[] = [];
    const log = loggerInto(lines, { level: 'warn' });
    log.info('Quiet');
    log.error('Loud');
    expect(parsed(lines).map((line) => line.msg)).toEqual(['Loud']);
    expect([log.isLevelEnabled('info'), log.isLevelEnabled('error')]).toEqual([false, true]);
  });

  test('of a child carry its fields, guarded too', () => {
    const lines: string[] = [];
    const child = loggerInto(lines).child({ name: 'qwen', apiKey: 'sk-canary' });
    child.info('Registered');
    child.child({ token: 'sk-canary' }).info('Updated');
    expect(parsed(lines)).toMatchObject([
      { name: 'qwen', apiKey: '[redacted]', msg: 'Registered' },
      { name: 'qwen', apiKey: '[redacted]', token: '[redacted]', msg: 'Updated' },
    ]);
  });
});

describe('errors', () => {
  const answer = Object.assign(new Error('HTTP-Code: 403\nBody: {"token":"sk-canary"}\nHeaders: {"x":"sk-canary"}'), {
    code: 403,
    body: '{"token":"sk-canary"}',
    headers: { authorization: 'sk-canary' },
  });

  test('are described under any field, without what the other side answered', () => {
    const lines: string[] = [];
    const log = loggerInto(lines);
    log.error({ err: answer }, 'One');
    log.error({ reason: answer }, 'Two');
    const described = { name: 'Error', message: 'HTTP-Code: 403', code: 403 };
    expect(parsed(lines)).toMatchObject([{ err: described }, { reason: described }]);
    expect(lines.join('')).not.toContain('canary');
  });

  test('are taken in place of fields too', () => {
    const lines: string[] = [];
    loggerInto(lines).error(answer, 'Told');
    expect(parsed(lines)).toMatchObject([{ msg: 'Told', err: { message: 'HTTP-Code: 403', code: 403 } }]);
    expect(lines.join('')).not.toContain('canary');
  });
});

describe('pretty lines', () => {
  test('are for people, without colours off a terminal', () => {
    const lines: string[] = [];
    loggerInto(lines, { format: 'pretty' }).info({ namespace: 'llm', name: 'qwen' }, 'Registered');
    expect(lines).toEqual([expect.stringMatching(/^[\d:.]{12} INFO {2}Registered namespace=llm name=qwen\n$/)]);
  });

  test('do not print what the guard took out', () => {
    const lines: string[] = [];
    loggerInto(lines, { format: 'pretty' }).error({ err: new Error('no'), headers: { a: 'sk-canary' } }, 'Failed');
    expect(lines.join('')).toContain('Failed');
    expect(lines.join('')).not.toContain('canary');
  });

  test.each([
    ['a terminal', { isTTY: true }, {}, true],
    ['a file', {}, {}, false],
    ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR, which counts as unset', { isTTY: true }, { NO_COLOR: '' }, true],
    ['a terminal that cannot', { isTTY: true }, { TERM: 'dumb' }, false],
  ])('colours: %s', (_case, stream, environment, wanted) => {
    expect(wantsColours({ write: () => true, ...stream }, environment)).toBe(wanted);
  });
});

test.each(['json', 'pretty'])(
  '%s lines go to standard error where no destination is given, and are whole at the end',
  (format) => {
    const door = new URL('../../../src/telemetry/index.ts', import.meta.url);
    const program = `
    const { createLogger } = await import(${JSON.stringify(door.href)});
    createLogger({ level: 'info', format: '${format}' }).info({ name: 'qwen' }, 'Last words');
    process.exit(0);`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    expect(stderr).toContain('Last words');
    expect(stderr.split('\n')).toHaveLength(2);
  },
);
