import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallLog } from './calls.ts';
import type { Effect, Faults } from './faults.ts';

/** A request, read to its end. */
export interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What is answered: a body (a string as it is, anything else as JSON), or a stream that the function writes. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly stream?: (response: ServerResponse) => void;
}

/** What a server is made of. */
export interface ServerParts {
  /** 0 takes a free port. */
  readonly port: number;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** The name of what is asked, for the call log and the fault rules. */
  readonly operation: (request: Request) => string;
  readonly handle: (request: Request) => Answer | Promise<Answer>;
  /** The server's own error body for a status that a fault asks for. */
  readonly errorBody: (status: number, request: Request) => unknown;
}

/** A server that listens on 127.0.0.1. */
export interface Listening {
  readonly url: string;
  /** Cuts every connection and frees the port. */
  stop(): Promise<void>;
}

async function read(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', 'http://127.0.0.1'),
    headers: incoming.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

function write(response: ServerResponse, answer: Answer, effect?: Effect): void {
  const plain = typeof answer.body === 'string';
  response.writeHead(answer.status, {
    'content-type': plain ? 'text/plain; charset=utf-8' : 'application/json',
    ...answer.headers,
  });
  if (answer.stream) {
    answer.stream(response);
    return;
  }
  const text = answer.body === undefined ? '' : plain ? answer.body : JSON.stringify(answer.body);
  if (effect?.kind !== 'cut-midway' && effect?.kind !== 'stall-midway') {
    response.end(text);
    return;
  }
  // Without a length the client cannot tell half an answer from a whole one by counting.
  response.write(text.slice(0, Math.max(1, Math.floor(text.length / 2))), () => {
    if (effect.kind === 'cut-midway') response.destroy();
  });
}

function isInstead(effect: Effect): boolean {
  return (effect.kind === 'status' || effect.kind === 'hang' || effect.kind === 'cut') && effect.after !== true;
}

function faultAnswer(effect: Effect & { kind: 'status' }, request: Request, parts: ServerParts): Answer {
  const retryAfter = effect.retryAfterSeconds;
  return {
    status: effect.status,
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
    body: effect.body ?? parts.errorBody(effect.status, request),
  };
}

/** Answers one request, with the fault that is due for it. */
async function serve(incoming: IncomingMessage, response: ServerResponse, parts: ServerParts, ended: AbortSignal) {
  const request = await read(incoming);
  const path = `${request.url.pathname}${request.url.search}`;
  const operation = parts.operation(request);
  const call = parts.calls.record(operation, request.method, path);
  const effect = parts.faults.take({ operation, method: request.method, path });
  if (effect?.kind === 'delay') await wait(effect.milliseconds, undefined, { signal: ended });

  const answer = effect && isInstead(effect) ? undefined : await parts.handle(request);
  if (effect?.kind === 'hang') return;
  if (effect?.kind === 'cut' || response.destroyed) {
    incoming.socket.resetAndDestroy();
    return;
  }
  const given = effect?.kind === 'status' ? faultAnswer(effect, request, parts) : answer;
  if (!given) return;
  call.status = given.status;
  write(response, given, effect);
}

/** Starts a server on 127.0.0.1. Throws if the port is taken. */
export async function listen(parts: ServerParts): Promise<Listening> {
  const ending = new AbortController();
  const server = createServer((incoming, response) => {
    serve(incoming, response, parts, ending.signal).catch((error: unknown) => {
      // A client that went away, or the end of the server; anything else is a mistake in here, which shall be seen.
      if (response.headersSent || response.destroyed || ending.signal.aborted) response.destroy();
      else write(response, { status: 500, body: error instanceof Error ? (error.stack ?? error.message) : 'unknown' });
    });
  });
  // A sandbox lives beside tests that count connections: an idle one is no reason to end it.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      ending.abort();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
