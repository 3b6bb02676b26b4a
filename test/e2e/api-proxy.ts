import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { listen } from '../bed/base/index.ts';

/** Stands before an API server, byte by byte, so that what goes wrong on the way can be shown with the real one. */
export interface ApiProxy {
  readonly url: string;
  /** Resets every connection; new ones are taken. */
  cut(): void;
  /** A black hole: connections stay, also in the midst of a line, and new ones are taken; nothing passes any more. */
  freeze(): void;
  /** Nobody listens any more: connections are reset, new ones are refused. */
  refuse(): Promise<void>;
  /** Ends all of it; what was frozen is reset, as by whoever finds a dead connection. */
  heal(): Promise<void>;
  /** Shows another certificate from now on, where it ends TLS itself. */
  certify(identity: Identity): void;
  stop(): Promise<void>;
}

export interface Identity {
  cert: string;
  key: string;
}

/**
 * @param target - the API server's URL
 * @param own - a certificate to be shown instead of the API server's, whose authority is then `ca`
 */
export async function startApiProxy(target: string, own?: { identity: Identity; ca: string }): Promise<ApiProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const pairs = new Set<[Socket, Socket]>();
  let frozen = false;

  function join(client: Socket): void {
    const to = { host: hostname, port: Number(targetPort) };
    const upstream = own ? connectTls({ ...to, ca: own.ca }) : connect(to);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [one, other] of [pair, [upstream, client] as const]) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
      if (!frozen) one.pipe(other);
    }
  }

  function cut(): void {
    for (const [client, upstream] of pairs) {
      if (own) client.destroy();
      else client.resetAndDestroy();
      upstream.destroy();
    }
  }

  const secure = own && createTlsServer(own.identity, join);
  const server = secure ?? createServer(join);
  const port = await listen(server);
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cut();
    await closed;
  };
  return {
    url: `https://127.0.0.1:${port}`,
    cut,
    freeze() {
      frozen = true;
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }
    },
    refuse,
    async heal() {
      if (frozen) cut();
      frozen = false;
      if (!server.listening) await listen(server, port);
    },
    certify(identity) {
      secure?.setSecureContext(identity);
      cut();
    },
    stop: refuse,
  };
}
