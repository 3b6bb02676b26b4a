/** The ways in which a backend can fail to say which models it has. */
export const BACKEND_ERRORS = {
  unreachable: { says: 'it cannot be reached', next: 'look whether it runs, and whether the way to it is open' },
  timeout: {
    says: 'it did not answer in time',
    next: 'give it more with timeout in its entry, or look why it is slow',
  },
  'refused-key': { says: 'it refuses the key', next: 'correct the file of api-key-file' },
  'server-error': {
    says: 'it answers with an error',
    next: 'look into its log, and whether url is its OpenAI base, which mostly ends in /v1',
  },
  empty: { says: 'it lists no model at all', next: 'load one, or take the backend out of the file' },
  nonsense: {
    says: 'its answer is no list of models',
    next: 'url must be its OpenAI base, such as http://HOST:11434/v1 or, for KServe’s own server, …/openai/v1',
  },
} as const satisfies Record<string, { says: string; next: string }>;

export type BackendErrorCode = keyof typeof BACKEND_ERRORS;

/** A backend did not say which models it has. What is known of it stays. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: BackendErrorCode;

  /** @param hint - a status or a code of Node's, never text of the backend's */
  constructor(backend: string, code: BackendErrorCode, hint?: string) {
    super(`Backend ${backend}: ${BACKEND_ERRORS[code].says}${hint === undefined ? '' : ` (${hint})`}`);
    this.code = code;
  }
}
