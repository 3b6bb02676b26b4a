/** The ways in which settings can be wrong. The reference page is made from this table. */
export const CONFIG_ERRORS = {
  missing: {
    says: 'a setting that is needed was not given',
    next: 'give it by the flag or the variable that the message names',
  },
  'wrong-value': { says: 'a setting has a value that is not allowed', next: 'choose one that the message allows' },
  'unreadable-file': { says: 'a file that a setting names cannot be read', next: 'check its path and rights' },
  'bad-file': { says: 'the file of `--config` is not YAML, or holds no settings by name', next: 'correct it' },
  'port-in-use': { says: 'a port is taken already', next: 'stop what listens there, or choose another port' },
} as const satisfies Record<string, { says: string; next: string }>;

export type ConfigErrorCode = keyof typeof CONFIG_ERRORS;

/** A setting that is missing or wrong. The message says which, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;

  constructor(message: string, code: ConfigErrorCode = 'wrong-value') {
    super(message);
    this.code = code;
  }
}
