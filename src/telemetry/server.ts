import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { listenFailure, parseListenAddress } from './listen.ts';
import type { Metrics } from './metrics.ts';

/** The outcome of a check, and in plain words what it waits for or misses. */
export interface Health {
  ok: boolean;
  reasons: string[];
}

export interface ServerOptions {
  /** `host:port`; `:8080` is every address of the machine, port 0 a free one. */
  listen: string;
  metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** Whether it does its work: `/readyz`. */
  ready: () => Health;
  /** Whether it should be left running: `/healthz`. */
  live: () => Health;
}

export interface RunningServer {
  /** Base URL with the port that was taken, for example `http://127.0.0.1:8080`. */
  url: string;
  /** Stops listening and cuts open connections: at the end of the process nobody waits for a scrape. */
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: string;
  contentType?: string;
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz`. A failed check answers 503 and says which, a line a reason.
 *
 * @throws ListenError when the address is none, is in use, or cannot be had
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const address = parseListenAddress(options.listen);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    void answer(request.url ?? '/', options).then(({ status, body, contentType }) => {
      response.writeHead(status, { 'content-type': contentType ?? 'text/plain; charset=utf-8' });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  });
  server.listen(address);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenFailure(options.listen, error as NodeJS.ErrnoException);
  }
  return { url: urlOf(server), close: () => closeServer(server) };
}

/** Never rejects: a check that fails to run is a failed check. */
async function answer(url: string, options: ServerOptions): Promise<Answer> {
  const path = url.split('?', 1)[0];
  try {
    if (path === '/healthz') return healthAnswer(options.live());
    if (path === '/readyz') return healthAnswer(options.ready());
    if (path === '/metrics') {
      return { status: 200, body: await options.metrics.text(), contentType: options.metrics.contentType };
    }
  } catch (error) {
    return { status: 500, body: `failed: ${error instanceof Error ? error.message : String(error)}\n` };
  }
  return { status: 404, body: 'Not found: there are /metrics, /healthz and /readyz.\n' };
}

function healthAnswer({ ok, reasons }: Health): Answer {
  const lines = ok ? ['ok', ...reasons] : ['failed', ...reasons];
  return { status: ok ? 200 : 503, body: `${lines.join('\n')}\n` };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return '';
  const anywhere = address.address === '::' || address.address === '0.0.0.0';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${anywhere ? 'localhost' : host}:${address.port}`;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
