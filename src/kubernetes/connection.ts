import { type Dispatcher, request as send } from 'undici';
import { readList } from '../json/index.ts';
import { type Agents, createAgents } from './agents.ts';
import { readJson, readReason } from './body.ts';
import type { Cluster } from './cluster.ts';
import { type Credentials, openCredentials } from './credentials.ts';
import { errorOfFailure, errorOfStatus, isUntrusted, KubernetesError } from './errors.ts';
import { findCluster } from './find-cluster.ts';
import { splitLines } from './lines.ts';
import { type Deadline, deadline, unlessAborted } from './wait.ts';

export type Query = Record<string, string | number | boolean | undefined>;

export interface ReadCall {
  /** From the server's root, such as `/api/v1/namespaces`, its parts already encoded. */
  path: string;
  query?: Query;
  /** When aborted, the call throws the signal's reason. */
  signal?: AbortSignal;
}

export interface ApiCall extends ReadCall {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  body?: unknown;
  /** Default `application/json`; a PATCH names its kind, such as `application/merge-patch+json`. */
  contentType?: string;
}

export interface Connection {
  /** The API server's URL without credentials, for messages. */
  readonly server: string;
  /** The namespace of the context, or of the pod that we run in. */
  readonly namespace: string;
  /** Whether we run in a pod of the cluster and reach it by the pod's service account. */
  readonly inPod: boolean;
  /**
   * One call that ends within the request time limit. The answer's body, at most 64 MiB, as parsed JSON, or undefined where
   * it is empty.
   *
   * @throws KubernetesError
   */
  request(call: ApiCall): Promise<unknown>;
  /**
   * Reads one list, or one page of it, within the request time limit, and hands over each item as it arrives; what `onItem`
   * throws ends the call and is thrown.
   *
   * @returns the list without its items.
   * @throws KubernetesError, also in the middle: items that were handed over until then are then to be forgotten.
   */
  list(call: ReadCall, onItem: (raw: unknown) => void): Promise<unknown>;
  /**
   * Opens a stream of lines without a time limit, for watches. Resolves when the server has accepted it; the iteration must
   * be begun, or the signal aborted, else the connection stays in use.
   *
   * @throws KubernetesError, from the iteration too when the stream breaks.
   */
  lines(call: ReadCall & { signal: AbortSignal }): Promise<AsyncIterable<string>>;
  /** Cuts what is under way; calls after it throw. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** A file. Default: KUBECONFIG, else the pod's service account, else ~/.kube/config. */
  kubeconfig?: string;
  context?: string;
  /** The time limit of one call, in milliseconds. Default 30,000. */
  requestTimeoutMs?: number;
  /** Default `model-registrar`. */
  userAgent?: string;
}

const HEADERS_TIMEOUT_MS = 15_000;
/** A server that refuses our credentials must not make us run an exec plug-in for each call. */
const RELOAD_EVERY_MS = 5_000;

/**
 * A pooled connection to the cluster's API server. It calls nobody yet. Credentials are looked at for each call, so that
 * renewed tokens and certificates are taken over; after a 401, and where the server's certificate is not trusted, the kubeconfig is read anew and
 * the call is made once more.
 *
 * @throws KubeconfigError when no way to a cluster is found; its message is one sentence with the next step.
 */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const cluster = findCluster(options);
  return createConnection(cluster, await openCredentials(cluster), options);
}

function createConnection(cluster: Cluster, opened: () => Promise<Credentials>, options: ConnectOptions): Connection {
  const base = cluster.server;
  const server = withoutCredentials(base);
  const timeoutMs = options.requestTimeoutMs ?? 30_000;
  const userAgent = options.userAgent ?? 'model-registrar';
  const closing = new AbortController();
  let credentials = opened;
  /** How often they were read anew. */
  let generation = 0;
  let agents: (Agents & { fingerprint: string }) | undefined;
  let reloading: Promise<boolean> | undefined;
  let reloadedAt = Number.NEGATIVE_INFINITY;

  function agentsFor({ tls, tlsFingerprint }: Credentials): Agents {
    if (agents?.fingerprint === tlsFingerprint) return agents;
    agents?.retire();
    agents = { ...createAgents({ tls, proxyUrl: cluster.proxyUrl }), fingerprint: tlsFingerprint };
    return agents;
  }

  /** Whether the settings were read anew. Calls that fail together share one reading. */
  function reload(): Promise<boolean> {
    if (reloading) return reloading;
    if (performance.now() - reloadedAt < RELOAD_EVERY_MS) return Promise.resolve(false);
    reloadedAt = performance.now();
    reloading = reopen().finally(() => {
      reloading = undefined;
    });
    return reloading;
  }

  async function reopen(): Promise<boolean> {
    try {
      const found = findCluster(options);
      // To be sent to another cluster in the middle of the work would be worse than to be refused.
      if (found.server !== base) return false;
      credentials = await openCredentials(found);
      generation += 1;
      return true;
    } catch {
      return false;
    }
  }

  async function dispatch(call: ApiCall, kind: 'calls' | 'watches', limit: Deadline): Promise<Dispatcher.ResponseData> {
    const granted = await unlessAborted(credentials(), limit.signal);
    const response = await send(`${base}${call.path}${queryString(call.query)}`, {
      method: call.method,
      dispatcher: agentsFor(granted)[kind],
      signal: limit.signal,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, timeoutMs),
      bodyTimeout: 0,
      headers: {
        ...granted.headers,
        accept: 'application/json',
        'user-agent': userAgent,
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    const reason = await readReason(response.body);
    const retryAfter = response.headers['retry-after'];
    throw errorOfStatus(server, describe(call), {
      status: response.statusCode,
      reason,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    });
  }

  /** As `dispatch`, and once more with all read anew when our credentials were not accepted, or the server's certificate not by us. */
  async function open(call: ApiCall, kind: 'calls' | 'watches', limit: Deadline): Promise<Dispatcher.ResponseData> {
    const used = generation;
    try {
      return await dispatch(call, kind, limit);
    } catch (error) {
      const isRefused = error instanceof KubernetesError && error.code === 'unauthorized';
      if (!isRefused && !isUntrusted(error)) throw error;
      // Another call may have been refused before, and have led to newer ones.
      const renewed = generation !== used || (await unlessAborted(reload(), limit.signal));
      if (!renewed) throw error;
      return dispatch(call, kind, limit);
    }
  }

  function explain(call: ReadCall & { method?: string }, limit: Deadline, error: unknown): unknown {
    if (call.signal?.aborted) return call.signal.reason;
    if (closing.signal.aborted) return new KubernetesError('unreachable', `The connection to ${server} is closed.`);
    if (limit.expired) {
      return new KubernetesError(
        'timeout',
        `${server} did not finish ${describe(call)} within ${timeoutMs} ms; check that the API server is up and not overloaded.`,
      );
    }
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return new KubernetesError(
        'unreadable',
        `${server} answered ${describe(call)} with something that is not whole, readable JSON; check that the address is that of a Kubernetes API server.`,
      );
    }
    return errorOfFailure(server, describe(call), error);
  }

  async function within<T>(call: ApiCall, read: (response: Dispatcher.ResponseData) => Promise<T>): Promise<T> {
    const limit = deadline([call.signal, closing.signal], timeoutMs);
    try {
      return await read(await open(call, 'calls', limit));
    } catch (error) {
      throw explain(call, limit, error);
    } finally {
      limit.release();
    }
  }

  return {
    server,
    namespace: cluster.namespace,
    inPod: cluster.inPod ?? false,
    request: (call) => within(call, (response) => readJson(response.body)),
    async list(call, onItem) {
      let thrown: { error: unknown } | undefined;
      const guarded = (raw: unknown) => {
        try {
          onItem(raw);
        } catch (error) {
          thrown = { error };
          throw error;
        }
      };
      try {
        return await within({ ...call, method: 'GET' }, (response) => readList(response.body, 'items', guarded));
      } catch (error) {
        throw thrown ? thrown.error : error;
      }
    },
    async lines(call) {
      const limit = deadline([call.signal, closing.signal], timeoutMs);
      try {
        const response = await open({ ...call, method: 'GET' }, 'watches', limit);
        limit.lift();
        return readLines(response.body, limit, (error) => explain(call, limit, error));
      } catch (error) {
        limit.release();
        throw explain(call, limit, error);
      }
    },
    async close() {
      closing.abort();
      await agents?.destroy();
    },
  };
}

async function* readLines(
  body: AsyncIterable<Uint8Array>,
  limit: Deadline,
  explain: (error: unknown) => unknown,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* splitLines(body);
  } catch (error) {
    throw explain(error);
  } finally {
    limit.release();
  }
}

function queryString(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

/** What was asked, for messages: selectors and the like are left out. */
function describe(call: ReadCall & { method?: string }): string {
  return `${call.method ?? 'GET'} ${call.path}`;
}

function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return pathname === '/' ? origin : `${origin}${pathname}`;
}
