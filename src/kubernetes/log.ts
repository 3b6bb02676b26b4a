/**
 * What this folder needs of a logger; pino's `Logger` is one. Messages are static, what varies goes into the fields.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
