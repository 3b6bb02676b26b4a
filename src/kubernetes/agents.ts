import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { TlsMaterial } from './credentials.ts';

/** The connections to one server with one set of TLS material. */
export interface Agents {
  /** For calls that end soon: few connections, shared. */
  readonly calls: Dispatcher;
  /** For watches: as many as are wanted, since each holds one for minutes and would starve the calls. */
  readonly watches: Dispatcher;
  /** Lets what is under way end, then closes. */
  retire(): void;
  /** Cuts everything. */
  destroy(): Promise<void>;
}

const CALL_CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 5_000;
/** Under the 60 s after which some cloud load balancers drop a silent connection without a word; client-go's value. */
const TCP_KEEP_ALIVE_MS = 30_000;

/**
 * HTTP/1.1 throughout: a call that is given up then takes its own connection down with it, whereas on HTTP/2 every later call
 * would join the same dead session.
 */
export function createAgents(options: { tls: TlsMaterial; proxyUrl: string | undefined }): Agents {
  const calls = createDispatcher({ ...options, connections: CALL_CONNECTIONS });
  const watches = createDispatcher({ ...options, connections: null });
  const ignore = () => undefined;
  return {
    calls,
    watches,
    retire() {
      calls.close().catch(ignore);
      watches.close().catch(ignore);
    },
    async destroy() {
      await Promise.all([calls.destroy().catch(ignore), watches.destroy().catch(ignore)]);
    },
  };
}

function createDispatcher(options: {
  tls: TlsMaterial;
  proxyUrl: string | undefined;
  connections: number | null;
}): Dispatcher {
  const connect = {
    ...options.tls,
    timeout: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
  };
  const common = { connections: options.connections, allowH2: false, keepAliveTimeout: 30_000 };
  if (options.proxyUrl === undefined) return new Agent({ ...common, connect });
  // The name is resolved by the proxy in both; undici knows the one spelling.
  const uri = options.proxyUrl.replace(/^socks5h:/, 'socks5:');
  return new ProxyAgent({ ...common, uri, requestTls: connect });
}
