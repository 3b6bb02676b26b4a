/** What went wrong between this program and LiteLLM, as a short word for metrics and tests. */
export type LiteLlmErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'forbidden'
  | 'too-many-requests'
  | 'database-down'
  | 'no-database'
  | 'not-found'
  | 'create-failed'
  | 'rejected'
  | 'server-error'
  | 'unavailable'
  | 'not-shown'
  | 'not-ours'
  | 'unreadable'
  | 'key-file';

/** For each code the plain words and the next step; never a body, a header or a key. */
const SENTENCES: Record<LiteLlmErrorCode, string> = {
  unreachable: 'cannot be reached: check --litellm-url and that the proxy is running',
  timeout: 'did not answer in time: look at its load and logs',
  unauthorized: 'refused the key (401): check --litellm-key-file',
  forbidden: 'does not let this key change models (403): use the key of a user with the role proxy_admin',
  'too-many-requests': 'asks for fewer requests (429)',
  'database-down': 'has lost its database: models can be neither listed nor changed until it is back',
  'no-database':
    'runs without a database or without store_model_in_db: set DATABASE_URL and STORE_MODEL_IN_DB=True for LiteLLM',
  'not-found': 'has no such model',
  'create-failed': 'could not add the model to its database: look at its logs',
  rejected: 'refused the model: where no reason is given here, its log has it',
  'server-error': 'failed: look at its logs',
  unavailable: 'is not there behind its address (502, 503, 504): check that the proxy is running',
  'not-shown': 'does not show yet all that others set on the model’s row, which has to be kept',
  'not-ours':
    'holds a row of this id without the mark of this installation, so it is left alone: delete it in LiteLLM, or opt the object out with model-registrar.io/enabled: "false"',
  unreadable: 'gave an answer that is not one of LiteLLM’s: check that --litellm-url names the proxy itself',
  'key-file': 'cannot be called until a file is put right',
};

/** A call of LiteLLM's API that did not do what it was for. */
export class LiteLlmError extends Error {
  override readonly name = 'LiteLlmError';
  readonly code: LiteLlmErrorCode;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** How long LiteLLM asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: LiteLlmErrorCode, details: { status?: number; retryAfterMs?: number; hint?: string } = {}) {
    super(`LiteLLM ${SENTENCES[code]}${details.hint ? ` (${details.hint})` : ''}`);
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}
