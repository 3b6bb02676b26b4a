/** The ways in which a backend can fail to answer. */
export const BACKEND_ERRORS = {
  unreachable: 'it cannot be reached',
  timeout: 'it did not answer in time',
  'refused-key': 'it refuses the key',
  'server-error': 'it answers with an error',
  empty: 'it lists no model at all',
  nonsense: 'its answer is no list of models',
} as const satisfies Record<string, string>;

export type BackendErrorCode = keyof typeof BACKEND_ERRORS;

/** A backend did not say which models it has. What is known of it stays. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: BackendErrorCode;

  /** @param hint - a status or a code of Node's, never text of the backend's */
  constructor(backend: string, code: BackendErrorCode, hint?: string) {
    super(`Backend ${backend}: ${BACKEND_ERRORS[code]}${hint === undefined ? '' : ` (${hint})`}`);
    this.code = code;
  }
}
