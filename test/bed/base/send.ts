import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** One HTTP call with its whole body. */
export interface HttpCall {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Reads a request to its end. Rejects when the caller breaks off. */
export async function readCall(incoming: IncomingMessage): Promise<HttpCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

/**
 * Sends a call on to a server, over a connection of its own, and gives the answer once its headers are here. `caller` is whom the answer is for: when that
 * connection closes, so does this one.
 * Rejects when the server cannot be reached or breaks off.
 */
export function sendOn(call: HttpCall, target: string, caller?: ServerResponse): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const url = new URL(call.path, target);
  const headers = { ...call.headers, 'content-length': String(call.body.length) };
  delete headers.connection;
  delete headers['transfer-encoding'];
  const outgoing = request(url, { method: call.method, headers, agent: false }, resolve);
  outgoing.once('error', reject);
  caller?.once('close', () => outgoing.destroy());
  outgoing.end(call.body);
  return promise;
}

/** Hands an answer on as it arrives. */
export function answerWith(answer: IncomingMessage, response: ServerResponse): void {
  const headers = { ...answer.headers };
  delete headers.connection;
  delete headers['keep-alive'];
  delete headers['transfer-encoding'];
  response.writeHead(answer.statusCode ?? 502, headers);
  // The answer to a watch begins long before its first event.
  response.flushHeaders();
  answer.once('error', () => response.destroy());
  answer.once('aborted', () => response.destroy());
  answer.pipe(response);
}
