/** A setting that is missing or wrong. The message says which, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
