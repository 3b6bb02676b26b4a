import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { readList } from '../json/index.ts';
import { LiteLlmError } from './errors.ts';

/** Longest answer that is read row by row: 20,000 rows of 7.3 KB each, and room. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Longest answer that is held in memory as a whole, of which several may come at a time: a search gives at most 1,000 rows of some 7 KB. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

/** Each worker of the loop looks a name up in two ways at a time: none of them waits for the connection of another. */
const CONNECTIONS = 64;

export interface HttpOptions {
  /** Base URL of the proxy, for example `http://litellm.litellm.svc:4000`. */
  url: string;
  /** The key itself, or the file that holds it; the file is read anew for every call, so that a rotated key is used at once. */
  key: { text: string } | { file: string };
  /** PEM file of the authority that signed LiteLLM's certificate. */
  caFile?: string;
  /** Deadline of one call, in milliseconds. */
  timeoutMs?: number;
  /** Longest answer that is read, of those with rows; of the others no more than 16 MiB are. */
  maxBodyBytes?: number;
  /** Asked immediately before each call is sent, also when its connection stands at last; false: it is not. Default: always. */
  mayCall?: () => boolean;
  /** Told of each call: for metrics. `code` is the HTTP status or the error's code. */
  onCall?: (operation: string, code: string, seconds: number) => void;
}

export interface HttpCall {
  /** For metrics: what is done, not where. */
  operation: string;
  method: 'GET' | 'POST' | 'PATCH';
  /** Path and query. */
  path: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
  /**
   * For answers of many megabytes: told of each element of the list `data` of a 200 as it arrives, and the answer's body is what else it holds. When the call
   * throws, what was told so far is to be forgotten. What it throws ends the call and is thrown.
   */
  onRow?: (row: unknown) => void;
}

export interface HttpAnswer {
  status: number;
  /** Parsed JSON; undefined where the body is none (an HTML page of an ingress). */
  body: unknown;
  retryAfterMs?: number;
}

export interface Http {
  call(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/**
 * JSON over HTTP to one LiteLLM: pooled connections, a deadline for the whole call and a cap on the answer.
 *
 * @throws LiteLlmError from `call`: `unreachable`, `timeout`, `key-file`, `unreadable`, `not-leader`.
 */
export function createHttp({
  url,
  key,
  caFile,
  timeoutMs = 30_000,
  maxBodyBytes = MAX_BODY_BYTES,
  mayCall = () => true,
  onCall,
}: HttpOptions): Http {
  const base = url.replace(/\/+$/, '');
  let opening: Promise<Dispatcher> | undefined;

  async function call(call: HttpCall): Promise<HttpAnswer> {
    const started = performance.now();
    let code: string | undefined = 'unreachable';
    try {
      const answer = await send(call);
      code = `${answer.status}`;
      return answer;
    } catch (error) {
      const known = asLiteLlmError(error, call.signal);
      if (known instanceof LiteLlmError) code = known.code === 'not-leader' ? undefined : known.code;
      throw known;
    } finally {
      // What was not sent says nothing about LiteLLM.
      if (code !== undefined) onCall?.(call.operation, code, (performance.now() - started) / 1000);
    }
  }

  async function send({ method, path, body, signal, onRow }: HttpCall): Promise<HttpAnswer> {
    const dispatcher = await opened();
    const headers = { authorization: `Bearer ${await readKey()}`, accept: 'application/json' };
    // After everything that is waited for here: a process may have been paused for long meanwhile.
    if (!mayCall()) throw new LiteLlmError('not-leader');
    // The overall deadline also covers the wait for a connection and an answer that trickles in.
    const deadline = AbortSignal.timeout(timeoutMs);
    const response = await request(`${base}${path}`, {
      method,
      dispatcher,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return readAnswer(response, onRow);
  }

  /** One for all calls, also where the first of them come at a time; what kept it from being made is tried anew at the next call. */
  function opened(): Promise<Dispatcher> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function open(): Promise<Dispatcher> {
    const agent = new Agent({
      allowH2: false,
      connections: CONNECTIONS,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: maxBodyBytes,
      connect: {
        timeout: Math.min(5_000, timeoutMs),
        ...(caFile && { ca: await readText(caFile, 'the file of the certificate authority') }),
      },
    });
    return agent.compose((dispatch) => (options, handler) => dispatch(options, asking(mayCall, handler)));
  }

  async function readKey(): Promise<string> {
    const text = 'text' in key ? key.text : (await readText(key.file, 'the key file')).trim();
    const place = 'text' in key ? 'the key' : `the key in ${key.file}`;
    if (text.length === 0) throw new LiteLlmError('key-file', { hint: `${place} is empty` });
    if (/[^\x21-\x7e]/.test(text))
      throw new LiteLlmError('key-file', { hint: `${place} holds characters that a header cannot carry` });
    return text;
  }

  async function close(): Promise<void> {
    const dispatcher = await opening?.catch(() => undefined);
    await dispatcher?.destroy();
  }

  return { call, close };
}

/** Asks once more when a connection stands and nothing is written into it yet: a process may have been paused while it was made. */
function asking(mayCall: () => boolean, handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return {
    onRequestStart(...start) {
      // What is thrown here ends the call before it begins.
      if (!mayCall()) throw new LiteLlmError('not-leader');
      handler.onRequestStart?.(...start);
    },
    onResponseStart: (...start) => handler.onResponseStart?.(...start),
    onResponseData: (...data) => handler.onResponseData?.(...data),
    onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
    onResponseError: (...error) => handler.onResponseError?.(...error),
  };
}

async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  onRow: HttpCall['onRow'],
): Promise<HttpAnswer> {
  if (statusCode === 200 && onRow) return { status: 200, body: await readRows(body, onRow) };
  const text = await readWhole(body);
  const seconds = Number(headers['retry-after']);
  return {
    status: statusCode,
    body: parseJson(text),
    ...(Number.isFinite(seconds) && seconds > 0 && { retryAfterMs: seconds * 1000 }),
  };
}

async function readWhole(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // To leave the loop ends the call.
    if (size > MAX_WHOLE_BYTES) throw new LiteLlmError('unreadable', { hint: 'the answer is too long' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The parser's own error quotes the text, which may hold a secret. */
async function readRows(body: AsyncIterable<Uint8Array>, onRow: (row: unknown) => void): Promise<unknown> {
  try {
    return await readList(body, 'data', onRow);
  } catch (error) {
    if (error instanceof SyntaxError) throw new LiteLlmError('unreadable');
    if (error instanceof RangeError) throw new LiteLlmError('unreadable', { hint: 'the answer is too long' });
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A file that is being swapped (a Secret's symlink) may be absent for a moment: one more try. */
async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8').catch(async () => {
      await wait(50);
      return readFile(file, 'utf8');
    });
  } catch {
    throw new LiteLlmError('key-file', { hint: `${what}, ${file}, cannot be read` });
  }
}

function asLiteLlmError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof LiteLlmError || signal?.aborted) return error;
  const { name, code } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || code?.endsWith('_TIMEOUT')) return new LiteLlmError('timeout');
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return new LiteLlmError('unreadable', { hint: 'the answer is too long' });
  return new LiteLlmError('unreachable', code ? { hint: code } : {});
}
