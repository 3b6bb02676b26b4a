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

/** The body of a failure: `kind: Status` of the core API. The reason is the status's own unless told; an empty one is left out. */
export function failureStatus(code: number, message: string, details?: StatusDetails, reason?: string): Fields {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason: reason ?? REASONS[code] ?? 'InternalError' }),
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

/** What is answered for a group or a custom resource that nothing serves: plain text, not a Status (seen at kube-apiserver 1.36). */
export const NO_SUCH_PATH = '404 page not found\n';

/** The answer for a core resource that is not there: an empty Status (seen at kube-apiserver 1.36). */
export const NO_SUCH_RESOURCE = 'the server could not find the requested resource';

/** Reads the number of a `resourceVersion`; 0 for none. Throws an ApiError for what is no number: 400, at a watch 500 without a reason (seen at 1.36). */
export function readVersion(query: URLSearchParams, verb: 'list' | 'watch'): number {
  const text = query.get('resourceVersion') ?? '';
  if (/^\d*$/.test(text)) return Number(text);
  const problem = `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`;
  throw verb === 'watch'
    ? new ApiError(500, problem, undefined, '')
    : new ApiError(400, `invalid resource version: ${problem}`);
}
