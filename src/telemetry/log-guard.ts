/** What takes the place of a value that must not be printed. */
export const REDACTED = '[redacted]';

/** An error as it is printed: never its headers, never a body. */
export interface DescribedError {
  name: string;
  message: string;
  /** A catalogue's or Node's code (`ECONNREFUSED`), or the HTTP status where a client library keeps it under this name. */
  code?: string | number;
  /** HTTP status. */
  status?: number;
  cause?: DescribedError;
  /** Where it came from: only for errors without a code, which nobody foresaw. */
  stack?: string[];
}

/** Field names (lower case, without `-` and `_`) whose values are credentials, or text of another server that may repeat one. */
const SECRET_FIELD =
  /(authorization|cookie|headers|body|apikey|masterkey|litellmkey|privatekey|accesskey|token|password|secret|credentials?)$/;

/** Credentials that stand inside a longer text: a bearer token, and the user part of a URL. */
const SECRET_TEXT = /(\bBearer\s+)[^\s"',]+|(\/\/)[^/\s@"']+@/gi;

const MAX_MESSAGE_LENGTH = 1000;
const MAX_CAUSES = 3;
const MAX_DEPTH = 6;

/**
 * Copies the fields of a log line with every error described, and every credential replaced.
 *
 * The last line of defence, not the first: nobody should hand a credential to the log. Copies six levels deep.
 */
export function guardFields(fields: object, depth = 0): Record<string, unknown> {
  const guarded: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    guarded[name] = isSecretField(name) ? REDACTED : guardValue(value, depth + 1);
  }
  return guarded;
}

/**
 * Reduces anything thrown to what may be printed: name, code, message, status, causes.
 *
 * client-node's `ApiException` repeats body and headers of the answer in its message, after the first line (2.0.1).
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { name: 'Thrown', message: cleanText(String(error)) };
  const fields: Record<string, unknown> = Object.fromEntries(Object.entries(error));
  const described: DescribedError = { name: error.name, message: messageOf(error, fields) };
  if (typeof fields.code === 'string' || typeof fields.code === 'number') described.code = fields.code;
  const status = fields.status ?? fields.statusCode;
  if (typeof status === 'number') described.status = status;
  if (error.cause !== undefined && depth < MAX_CAUSES) described.cause = describeError(error.cause, depth + 1);
  if (described.code === undefined && depth === 0) described.stack = framesOf(error);
  return described;
}

function isSecretField(name: string): boolean {
  return SECRET_FIELD.test(name.replace(/[-_]/g, '').toLowerCase());
}

function guardValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof URL) return scrub(value.href);
  if (depth > MAX_DEPTH) return '[deeper]';
  if (Array.isArray(value)) return value.map((item) => guardValue(item, depth + 1));
  return guardFields(value, depth);
}

function messageOf(error: Error, fields: Record<string, unknown>): string {
  if ('body' in fields || 'headers' in fields) return cleanText(error.message.split('\n')[0] ?? '');
  // Node joins the failures of several addresses into one error without a message of its own.
  if (error.message === '' && error instanceof AggregateError) return describeError(error.errors[0]).message;
  return cleanText(error.message);
}

function framesOf(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}

function cleanText(text: string): string {
  const line = scrub(text.replace(/\s+/g, ' ').trim());
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH)}…` : line;
}

function scrub(text: string): string {
  return text.replace(SECRET_TEXT, (_match, bearer?: string, slashes?: string) =>
    bearer ? `${bearer}${REDACTED}` : `${slashes}${REDACTED}@`,
  );
}
