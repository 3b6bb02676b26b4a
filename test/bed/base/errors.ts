export const BED_ERROR_CODES = [
  'tool-missing',
  'build-failed',
  'start-failed',
  'command-failed',
  'timeout',
  'control-failed',
] as const;

export type BedErrorCode = (typeof BED_ERROR_CODES)[number];

/** What goes wrong in the test bed. The message says what to do next. */
export class BedError extends Error {
  readonly code: BedErrorCode;

  constructor(code: BedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BedError';
    this.code = code;
  }
}
