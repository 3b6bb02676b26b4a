import type { ApiCall, Connection } from '../../../src/kubernetes/connection.ts';
import type { KubernetesErrorCode } from '../../../src/kubernetes/error-tables.ts';
import { KubernetesError } from '../../../src/kubernetes/errors.ts';
import type { LeaseMarks } from '../../../src/kubernetes/lease.ts';

export const PLACE = { namespace: 'ours', name: 'model-registrar' };
export const MARKS: LeaseMarks = { labels: { app: 'model-registrar' }, annotations: { owner: 'prod' } };

interface StoredLease {
  metadata: { resourceVersion: string; annotations?: Record<string, string>; [key: string]: unknown };
  spec: Record<string, unknown>;
}

/** What happens to a call: it fails, it is never answered, or it is done and the answer is lost. */
export type Mishap = KubernetesErrorCode | 'silence' | 'lost-answer';

/** The one Lease of an API server, with its guard by resourceVersion. */
export interface LeaseServer {
  connection: Pick<Connection, 'request' | 'server'>;
  /** `METHOD` of each call, in their order. */
  calls: string[];
  lease: StoredLease | undefined;
  /** Writes as somebody else would: undefined deletes it. */
  put(spec: Record<string, unknown> | undefined, annotations?: Record<string, string>): void;
  /** For the calls of this method that follow, or for all; undefined: all is well again. */
  mishap(what: Mishap | undefined, method?: string): void;
}

export function createLeaseServer(): LeaseServer {
  let version = 0;
  let mishap: { what: Mishap; method: string | undefined } | undefined;

  async function request(call: ApiCall): Promise<unknown> {
    server.calls.push(call.method);
    const what = mishap && (mishap.method ?? call.method) === call.method ? mishap.what : undefined;
    if (what === 'silence') return silence(call.signal);
    if (what !== undefined && what !== 'lost-answer') throw failure(what);
    const answer = structuredClone(answerTo(call));
    if (what === 'lost-answer') throw failure('unreachable');
    return answer;
  }

  function answerTo({ method, body }: ApiCall): unknown {
    if (method === 'GET') return server.lease ?? fail('not-found');
    const sent = body as StoredLease;
    if (method === 'POST') return server.lease ? fail('already-exists') : store(sent);
    // A Lease that is gone is not made anew by whoever read it: its uid is another (seen on the real API server).
    if (!server.lease) return fail('conflict');
    return sent.metadata.resourceVersion === server.lease.metadata.resourceVersion ? store(sent) : fail('conflict');
  }

  function store({ metadata, spec }: StoredLease): StoredLease {
    version += 1;
    server.lease = structuredClone({ metadata: { ...metadata, resourceVersion: `${version}` }, spec });
    return server.lease;
  }

  const server: LeaseServer = {
    connection: { server: 'https://cluster', request },
    calls: [],
    lease: undefined,
    put(spec, annotations = {}) {
      if (spec) store({ metadata: { ...PLACE, annotations, resourceVersion: '' }, spec });
      else server.lease = undefined;
    },
    mishap(what, method) {
      mishap = what && { what, method };
    },
  };
  return server;
}

function fail(code: KubernetesErrorCode): never {
  throw failure(code);
}

function failure(code: KubernetesErrorCode): KubernetesError {
  return new KubernetesError(code, `https://cluster failed: ${code}.`);
}

function silence(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
