import { createHash } from 'node:crypto';
import { type ClusterSource, findCluster } from './kubeconfig.ts';

/** What TLS needs to know, in the form of Node's tls.connect. */
export interface TlsMaterial {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** What one request carries: never logged, never kept by anybody but undici. */
export interface Credentials {
  headers: Record<string, string>;
  tls: TlsMaterial;
  /** Equal for equal TLS material; a hash, so that it can be kept and compared. */
  tlsFingerprint: string;
}

export interface ClusterAccess {
  /** The URL to call, without a slash at its end. */
  readonly server: string;
  readonly proxyUrl: string | undefined;
  /** Of the context, or of the pod; `default` where neither says. */
  readonly namespace: string;
  /** Token files are read again when older than a minute, certificates each time, exec plug-ins run when their answer expires. */
  credentials(): Promise<Credentials>;
}

/**
 * Reads the settings of this machine and leaves to client-node's KubeConfig what it knows best: tokens, token files, client
 * certificates, exec plug-ins and the cloud providers' older ways. Its module is loaded only here, and not through the
 * package's front door: that takes 0.6 s, this 0.35 s.
 *
 * @throws KubeconfigError
 */
export async function openCluster(options: { kubeconfig?: string; context?: string }): Promise<ClusterAccess> {
  const source = findCluster(options);
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const { RequestContext } = await import('@kubernetes/client-node/dist/gen/index.js');

  /** Gives the TLS material out instead of making a new connection pool with it for every single request. */
  class Credential extends KubeConfig {
    tls: TlsMaterial = {};

    override createDispatcherOptions(
      _cluster: Parameters<(typeof KubeConfig)['prototype']['createDispatcherOptions']>[0],
      options: Parameters<(typeof KubeConfig)['prototype']['createDispatcherOptions']>[1],
    ) {
      this.tls = pickTls(options);
      return { type: 'none' as const };
    }
  }

  const config = new Credential();
  load(config, source);
  const server = config.getCurrentCluster()?.server ?? '';
  return {
    server: server.replace(/\/+$/, ''),
    proxyUrl: config.getCurrentCluster()?.proxyUrl,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace?.trim() || 'default',
    async credentials() {
      const context = new RequestContext(server, 'GET');
      await config.applySecurityAuthentication(context);
      // The token of a file comes with its line end.
      const headers = Object.fromEntries(
        Object.entries(context.getHeaders()).map(([name, value]) => [name.toLowerCase(), value.trim()]),
      );
      return { headers, tls: config.tls, tlsFingerprint: fingerprint(config.tls) };
    },
  };
}

function load(config: { loadFromCluster(): void; loadFromString(text: string): void }, source: ClusterSource): void {
  if (source.kind === 'in-cluster') {
    config.loadFromCluster();
    return;
  }
  const { context, cluster, user } = source;
  config.loadFromString(
    JSON.stringify({
      'current-context': context.name,
      contexts: [{ ...context, context: { ...context.context, user: user.name } }],
      clusters: [cluster],
      users: [user],
    }),
  );
}

function pickTls(options: object): TlsMaterial {
  const wanted = new Set(['ca', 'cert', 'key', 'servername', 'rejectUnauthorized']);
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => wanted.has(name) && value !== undefined));
}

function fingerprint(tls: TlsMaterial): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.servername, String(tls.rejectUnauthorized)]) {
    hash.update(part ?? '').update('\0');
  }
  return hash.digest('hex');
}
