/** What one code says. */
export interface ErrorDescription {
  /** After "LiteLLM": what is wrong. */
  says: string;
  /** The next step, as it ends the message. */
  next?: string;
  /** What the reference page says beside that. */
  more?: string;
}

/** For each code the plain words and the next step; never a body, a header or a key. The reference page is made from this table. */
export const LITELLM_ERRORS = {
  unreachable: {
    says: 'cannot be reached',
    next: 'check its address (--litellm-url, or its entry in --config) and that the proxy is running',
  },
  timeout: {
    says: 'did not answer in time',
    next: 'look at its load and logs',
    more: 'The deadline is --litellm-timeout.',
  },
  unauthorized: { says: 'refused the key (401)', next: 'check its key (--litellm-key-file, or its entry in --config)' },
  forbidden: {
    says: 'does not let this key change models (403)',
    next: 'use the key of a user with the role proxy_admin',
  },
  'too-many-requests': {
    says: 'asks for fewer requests (429)',
    more: 'Calls wait for as long as LiteLLM asks. If it lasts, raise the limits of the key.',
  },
  'database-down': {
    says: 'has lost its database: models can be neither listed nor changed until it is back',
    more: 'Bring the database back; models go on being served meanwhile.',
  },
  'no-database': {
    says: 'runs without a database or without store_model_in_db',
    next: 'set DATABASE_URL and STORE_MODEL_IN_DB=True for LiteLLM',
  },
  'not-found': { says: 'has no such model', more: 'Somebody else took it out; it is made again where it is wanted.' },
  'create-failed': { says: 'could not add the model to its database', next: 'look at its logs' },
  rejected: { says: 'refused the model', next: 'where no reason is given here, its log has it' },
  'server-error': { says: 'failed', next: 'look at its logs' },
  unavailable: {
    says: 'is not there behind its address (502, 503, 504)',
    next: 'check that the proxy is running',
  },
  'not-shown': {
    says: 'does not show yet all that others set on the model’s row, which has to be kept',
    more: 'It is tried again by itself; if it lasts, see why LiteLLM does not serve the row.',
  },
  'not-ours': {
    says: 'holds a row of this id without the mark of this installation, so it is left alone',
    next: 'delete it in LiteLLM, or opt the object out with model-registrar.io/enabled: "false"',
  },
  unreadable: {
    says: 'gave an answer that is not one of LiteLLM’s',
    next: 'check that its address (--litellm-url, or its entry in --config) is that of the proxy itself',
  },
  'not-leader': {
    says: 'was not called, since this process does not lead or was told to stop',
    more: 'Another replica does the work, or will as soon as the Lease is free; nothing has to be done.',
  },
  'key-file': {
    says: 'cannot be called until a file is put right',
    more: 'The message names the file: that of the key or of the certificate authority.',
  },
} as const satisfies Record<string, ErrorDescription>;

/** What went wrong between this program and LiteLLM, as a short word for metrics and tests. */
export type LiteLlmErrorCode = keyof typeof LITELLM_ERRORS;

/** A call of LiteLLM's API that did not do what it was for. */
export class LiteLlmError extends Error {
  override readonly name = 'LiteLlmError';
  readonly code: LiteLlmErrorCode;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** How long LiteLLM asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: LiteLlmErrorCode, details: { status?: number; retryAfterMs?: number; hint?: string } = {}) {
    const { says, next }: ErrorDescription = LITELLM_ERRORS[code];
    super(`LiteLLM ${says}${next ? `: ${next}` : ''}${details.hint ? ` (${details.hint})` : ''}`);
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}
