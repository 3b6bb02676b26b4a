import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Bed } from '../bed/index.ts';
import { inferenceService, type StatusWish, status, type Wish } from '../support/inference-services.ts';

const MERGE = 'application/merge-patch+json';

/** An Event, as far as tests read it. */
export interface SeenEvent {
  type: string;
  reason: string;
  message: string;
  count: number;
  source?: { component?: string };
}

/** A fast hand on the real API server: what a user applies, and the statuses that KServe would write. */
export interface Cluster {
  /** A call as the administrator. Throws on a status of 400 and more, unless it is among `accept`. */
  call(
    method: string,
    path: string,
    body?: object,
    options?: { contentType?: string; accept?: number[] },
  ): Promise<unknown>;
  createNamespace(name: string): Promise<void>;
  /** Applies an InferenceService; its status is left alone. Gives its uid. */
  apply(wish: Wish): Promise<string>;
  /** Writes the status that KServe would. Gives the time of the answer, in milliseconds since 1970. */
  setStatus(wish: StatusWish): Promise<void>;
  /** Merges into an InferenceService (null removes). */
  patch(name: string, namespace: string, patch: object): Promise<void>;
  remove(name: string, namespace: string): Promise<void>;
  /** The Events about an InferenceService, oldest first. */
  events(name: string, namespace: string): Promise<SeenEvent[]>;
  /** Takes every InferenceService away, finalizers or not. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a connection as the administrator of the bed's cluster. */
export function openCluster({ server, adminToken, caFile }: Bed['kubernetes']): Cluster {
  const agent = new Agent({ connect: { ca: readFileSync(caFile, 'utf8') }, allowH2: false, connections: 16 });

  const call: Cluster['call'] = async (method, path, body, { contentType = 'application/json', accept = [] } = {}) => {
    const answer = await request(`${server}${path}`, {
      method: method as 'GET',
      dispatcher: agent,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': contentType },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    // A kind that was installed a moment ago is not served yet.
    if (answer.statusCode === 429) {
      await pause(Number(answer.headers['retry-after'] ?? 1) * 1000);
      return call(method, path, body, { contentType, accept });
    }
    if (answer.statusCode >= 400 && !accept.includes(answer.statusCode)) {
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
    }
    return JSON.parse(text);
  };

  const apply: Cluster['apply'] = async (wish) => {
    const { status: _, ...manifest } = inferenceService(wish);
    const { namespace, name } = manifest.metadata;
    const path = `${pathOf(name, namespace)}?fieldManager=user&force=true`;
    const made = await call('PATCH', path, manifest, { contentType: 'application/apply-patch+yaml' });
    return (made as { metadata: { uid: string } }).metadata.uid;
  };

  const remove: Cluster['remove'] = async (name, namespace) => {
    await call('DELETE', pathOf(name, namespace), undefined, { accept: [404] });
  };

  return {
    call,
    createNamespace: async (name) => {
      await call('POST', '/api/v1/namespaces', { metadata: { name } }, { accept: [409] });
    },
    apply,
    setStatus: async (wish) => {
      const path = `${pathOf(wish.name, wish.namespace ?? 'llm')}/status`;
      const { modelStatus, ...rest } = status(wish);
      // KServe leaves a count of none out, and writes the whole status: what was there before has to go.
      const copies = { totalCopies: null, ...modelStatus.copies };
      await call(
        'PATCH',
        path,
        { status: { ...rest, modelStatus: { ...modelStatus, copies } } },
        { contentType: MERGE },
      );
    },
    patch: async (name, namespace, patch) => {
      await call('PATCH', pathOf(name, namespace), patch, { contentType: MERGE });
    },
    remove,
    events: async (name, namespace) => {
      const path = `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name=${name}`;
      const { items } = (await call('GET', path)) as { items: (SeenEvent & { firstTimestamp: string })[] };
      return items.sort((one, other) => one.firstTimestamp.localeCompare(other.firstTimestamp));
    },
    clear: async () => {
      const { items } = (await call('GET', ALL)) as {
        items: { metadata: { name: string; namespace: string; finalizers?: string[] } }[];
      };
      await Promise.all(
        items.map(async ({ metadata: { name, namespace, finalizers } }) => {
          if (finalizers) {
            const path = pathOf(name, namespace);
            await call('PATCH', path, { metadata: { finalizers: null } }, { contentType: MERGE, accept: [404] });
          }
          await remove(name, namespace);
        }),
      );
    },
    close: () => agent.close(),
  };
}

const GROUP = '/apis/serving.kserve.io/v1beta1';
const ALL = `${GROUP}/inferenceservices`;

function pathOf(name: string, namespace: string): string {
  return `${GROUP}/namespaces/${namespace}/inferenceservices/${name}`;
}
