import pino from 'pino';
import { guardFields } from './log-guard.ts';
import { prettify } from './log-pretty.ts';
import { SERVICE, VERSION } from './version.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A fixed message, that one can search for and count, with its data as fields. */
export interface LogMethod {
  (message: string): void;
  (fields: object, message: string): void;
}

/**
 * A logger.
 *
 * @example log.error({ err: error, namespace, name }, 'Registration failed')
 */
export interface Logger extends Record<Exclude<LogLevel, 'silent'>, LogMethod> {
  /** A logger whose every line carries these fields too. */
  child(fields: object): Logger;
  /** Whether lines of this level are written: to save the work of gathering fields for one that is not. */
  isLevelEnabled(level: LogLevel): boolean;
}

/** Where lines go: a stream, or anything with its `write`. */
export interface LogDestination {
  write(text: string): unknown;
  /** Set by Node on streams that are a terminal. */
  isTTY?: boolean;
}

export interface LogOptions {
  level: LogLevel;
  format: LogFormat;
  /** Standard error unless given: standard output belongs to what a command prints. */
  destination?: LogDestination;
}

/**
 * A logger that writes a line a message, as JSON or for reading on a terminal.
 *
 * Errors are printed with name, code, message and status, under whatever field they are given; headers, bodies and
 * credentials are not printed. Colours only on a terminal, and not where `NO_COLOR` is set (https://no-color.org).
 */
export function createLogger({ level, format, destination }: LogOptions): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service: SERVICE, version: VERSION },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Pino would look for a stack again in an error that is described already.
    serializers: { err: (described: unknown) => described },
  };
  return guarded(pino(options, lineWriter(format, destination)));
}

/** True where escape codes for colours are wanted. */
export function wantsColours(destination: LogDestination, environment: NodeJS.ProcessEnv): boolean {
  return destination.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
}

/** Stands before pino, so that there is no way to it past the guard. */
function guarded(logger: pino.Logger): Logger {
  const method = (level: Exclude<LogLevel, 'silent'>): LogMethod => {
    return (fieldsOrMessage: object | string, message?: string) => {
      if (!logger.isLevelEnabled(level)) return;
      if (typeof fieldsOrMessage === 'string') logger[level](fieldsOrMessage);
      else
        logger[level](
          guardFields(fieldsOrMessage instanceof Error ? { err: fieldsOrMessage } : fieldsOrMessage),
          message,
        );
    };
  };
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    child: (fields) => guarded(logger.child(guardFields(fields))),
    isLevelEnabled: (level) => logger.isLevelEnabled(level),
  };
}

function lineWriter(format: LogFormat, destination: LogDestination | undefined): pino.DestinationStream {
  if (format === 'pretty') {
    const output = destination ?? process.stderr;
    const isColoured = wantsColours(output, process.env);
    return { write: (line) => void output.write(prettify(line, isColoured)) };
  }
  // Standard error is written at once, so that no line is lost when the process ends or crashes.
  return destination ? { write: (line) => void destination.write(line) } : pino.destination(2);
}
