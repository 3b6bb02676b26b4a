import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect as connectSocket, type Server as SocketServer } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface TestServer {
  readonly url: string;
  /** Connections made so far. */
  readonly connections: number;
  stop(): Promise<void>;
}

function listening(server: Server, scheme: string, event: string): Promise<TestServer> {
  let connections = 0;
  server.on(event, () => {
    connections += 1;
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `${scheme}://127.0.0.1:${portOf(server)}`,
        get connections() {
          return connections;
        },
        stop: () =>
          new Promise((stopped) => {
            server.close(() => stopped());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function portOf(server: SocketServer): number {
  return (server.address() as AddressInfo).port;
}

/** A plain server on 127.0.0.1. */
export function startServer(handler: RequestListener): Promise<TestServer> {
  return listening(createServer({ keepAliveTimeout: 60_000 }, handler), 'http', 'connection');
}

/** A server with a certificate; `replace` gives it another one for new connections. */
export async function startTlsServer(identity: { cert: string; key: string }, handler: RequestListener) {
  const server = createTlsServer({ ...identity, keepAliveTimeout: 60_000 }, handler);
  const started = await listening(server, 'https', 'secureConnection');
  return {
    ...started,
    get connections() {
      return started.connections;
    },
    replace(next: { cert: string; key: string }): void {
      server.setSecureContext(next);
      server.closeAllConnections();
    },
  };
}

/** A proxy that knows only CONNECT, and keeps where it was asked to connect. */
export async function startProxy() {
  const targets: string[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, socket, head) => {
    const target = request.url ?? '';
    targets.push(target);
    const [host, port] = target.split(':');
    const upstream = connectSocket(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const one of [socket, upstream]) {
      one.on('error', () => {
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  return { ...(await listening(server, 'http', 'connection')), targets };
}
