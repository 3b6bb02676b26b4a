import { KUBERNETES_ERRORS, type KubeconfigErrorCode, type KubernetesErrorCode } from './error-tables.ts';

/** A whole second of the API server's `Retry-After` is at most this; a broken proxy must not send us to sleep for a day. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/**
 * A call to the API server that did not succeed. The message is one plain sentence that names the server and what to do
 * next; it never holds a body, a header or a credential, so it may be logged and shown.
 */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly code: KubernetesErrorCode;
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** What the server asked us to wait, in milliseconds, at most five minutes. */
  readonly retryAfterMs?: number;

  constructor(code: KubernetesErrorCode, message: string, details: { status?: number; retryAfterMs?: number } = {}) {
    super(message);
    this.code = code;
    if (details.status !== undefined) this.status = details.status;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** No way to a cluster could be read from the settings of this machine. The message says what to change. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
  readonly code: KubeconfigErrorCode;

  constructor(code: KubeconfigErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The error of an HTTP answer.
 *
 * @param answer `reason` is the `reason` word of the Kubernetes `Status` in the body, which alone tells `AlreadyExists`
 *   from `Conflict` (both are 409); `retryAfter` the header of that name, in seconds or as a date.
 */
export function errorOfStatus(
  server: string,
  action: string,
  answer: { status: number; reason?: string | undefined; retryAfter?: string | undefined },
): KubernetesError {
  const code = judgeStatus(answer.status, answer.reason);
  const { says, next } = KUBERNETES_ERRORS[code];
  const retryAfterMs = readRetryAfter(answer.retryAfter);
  return new KubernetesError(code, `${server} answered ${answer.status} to ${action}: ${says}; ${next}.`, {
    status: answer.status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The error of a call that got no answer: `error` is what undici, Node's TLS or the socket threw. */
export function errorOfFailure(server: string, action: string, error: unknown): KubernetesError {
  if (error instanceof KubernetesError) return error;
  const cause = failureCode(error);
  if (TIMEOUTS.has(cause)) {
    return new KubernetesError(
      'timeout',
      `${server} gave no answer to ${action} in time (${cause}); check that the API server is up and not overloaded.`,
    );
  }
  if (CERTIFICATES.test(cause)) {
    return new KubernetesError(
      'unreachable',
      `The certificate of ${server} is not trusted (${cause}); check certificate-authority and tls-server-name of the cluster in the kubeconfig.`,
    );
  }
  return new KubernetesError(
    'unreachable',
    `${server} cannot be reached for ${action} (${cause}); check that the API server is up and that the address is right.`,
  );
}

/** Whether we do not trust the certificate that the server showed: `error` as for {@link errorOfFailure}. */
export function isUntrusted(error: unknown): boolean {
  return CERTIFICATES.test(failureCode(error));
}

/** Whether the same call may succeed a little later without anybody changing anything. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof KubernetesError)) return false;
  return PASSING.has(error.code);
}

const PASSING: ReadonlySet<KubernetesErrorCode> = new Set([
  'unauthorized',
  'too-many-requests',
  'server-error',
  'unreachable',
  'timeout',
  'unreadable',
]);

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
]);

const CERTIFICATES = /CERT|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA/;

function judgeStatus(status: number, reason: string | undefined): KubernetesErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 409) return reason === 'AlreadyExists' ? 'already-exists' : 'conflict';
  if (status === 410) return 'expired';
  if (status === 429) return 'too-many-requests';
  if (status === 408 || status === 504) return 'timeout';
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'invalid' : 'unreadable';
}

function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(0, Math.round(seconds * 1000)), LONGEST_RETRY_AFTER_MS);
}

/** The error's code alone: its message may quote addresses, file contents or headers. */
function failureCode(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return failureCode(at.errors[0]);
  }
  return error instanceof Error ? error.name : 'unknown failure';
}
