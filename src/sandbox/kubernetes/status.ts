import type { Fields } from '../fields.ts';

/** The reasons that the API server gives for the HTTP statuses it uses. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** What a Status says of the object that it is about. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Fields[];
  readonly retryAfterSeconds?: number;
}

/** The body of a failure: `kind: Status` of the core API. */
export function failureStatus(code: number, message: string, details?: StatusDetails, reason?: string): Fields {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: reason ?? REASONS[code] ?? 'InternalError',
    ...(details ? { details } : {}),
    code,
  };
}

/** A refusal of the API server, with the body that says so. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly body: unknown;

  constructor(code: number, message: string, details?: StatusDetails, reason?: string) {
    super(message);
    this.code = code;
    this.body = failureStatus(code, message, details, reason);
  }
}

/** What is answered for a path that nothing serves: plain text, not a Status (seen at kube-apiserver 1.36). */
export const NO_SUCH_PATH = '404 page not found\n';
