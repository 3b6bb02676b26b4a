import { Agent, request } from 'undici';
import { BackendError } from './errors.ts';

/** Longest answer that is read: a few thousand models, and room. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface BackendCall {
  /** For errors. */
  backend: string;
  method: 'GET' | 'POST';
  url: string;
  key?: string | undefined;
  body?: unknown;
  /** For all of it, in milliseconds. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** The HTTP client for backends: redirects are not followed, since a key goes with the call. */
export interface BackendHttp {
  /** @returns `body`: parsed JSON; undefined where it is none. @throws BackendError where no whole answer came, the signal's reason */
  call(call: BackendCall): Promise<{ status: number; body: unknown }>;
  close(): Promise<void>;
}

export function createBackendHttp(): BackendHttp {
  const agent = new Agent({ allowH2: false, maxResponseSize: MAX_BODY_BYTES, connect: { timeout: 5_000 } });

  async function call({ backend, method, url, key, body, timeoutMs, signal }: BackendCall) {
    try {
      const response = await request(url, {
        method,
        dispatcher: agent,
        headers: {
          accept: 'application/json',
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return { status: response.statusCode, body: parseJson(await response.body.text()) };
    } catch (error) {
      throw signal.aborted ? signal.reason : asBackendError(backend, error);
    }
  }

  return { call, close: () => agent.destroy() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asBackendError(backend: string, error: unknown): BackendError {
  const { name, code } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || code?.endsWith('_TIMEOUT')) return new BackendError(backend, 'timeout');
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return new BackendError(backend, 'nonsense', 'it is too long');
  return new BackendError(backend, 'unreachable', code);
}
