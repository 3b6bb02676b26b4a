import { z } from 'zod';
import type { Connection } from './connection.ts';
import { KubernetesError } from './errors.ts';

/** What a Lease says about who holds it. */
export interface LeaseRecord {
  /** Empty: nobody. */
  holder: string;
  /** For how long after a renewal nobody else may take it, in milliseconds: as the holder wrote it, not as the reader would. */
  durationMs: number;
  /** How often it went from one holder to another. */
  transitions: number;
  /** In the words of the API server, by the clock of whoever wrote it. */
  acquireTime?: string | undefined;
  renewTime?: string | undefined;
}

/** A Lease as it was read: a later write is refused if somebody wrote in between. */
export interface Lease {
  namespace: string;
  name: string;
  annotations: Readonly<Record<string, string>>;
  record: LeaseRecord;
  /** All of it, for writing it back: fields that this program does not know stay. */
  raw: Readonly<Record<string, unknown>>;
}

export interface LeasePlace {
  namespace: string;
  name: string;
}

/** What stands on a Lease beside the record. */
export interface LeaseMarks {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

const Raw = z.record(z.string(), z.unknown());
const schema = z.object({
  metadata: z.looseObject({
    namespace: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
  }),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      leaseTransitions: z.number().nullish(),
      acquireTime: z.string().nullish(),
      renewTime: z.string().nullish(),
    })
    .nullish(),
});
const List = z.object({ items: z.array(z.unknown()) });

const API = '/apis/coordination.k8s.io/v1';

type Caller = Pick<Connection, 'request' | 'server'>;

/** @returns undefined where there is none. @throws KubernetesError */
export async function readLease(connection: Caller, place: LeasePlace, signal?: AbortSignal) {
  try {
    return asLease(
      connection,
      await connection.request({ method: 'GET', path: pathOf(place), ...(signal && { signal }) }),
    );
  } catch (error) {
    if (error instanceof KubernetesError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** @throws KubernetesError, `already-exists` where another was faster, `not-found` where there is no such namespace */
export async function createLease(
  connection: Caller,
  { namespace, name }: LeasePlace,
  content: { record: LeaseRecord; marks: LeaseMarks },
  signal?: AbortSignal,
): Promise<Lease> {
  const { labels, annotations } = content.marks;
  const body = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name, labels, annotations },
    spec: specOf(content.record),
  };
  const path = `${API}/namespaces/${encodeURIComponent(namespace)}/leases`;
  return asLease(connection, await connection.request({ method: 'POST', path, body, ...(signal && { signal }) }));
}

/** Writes over the Lease that was read, and over no other. @throws KubernetesError, `conflict` where somebody wrote since */
export async function replaceLease(
  connection: Caller,
  lease: Lease,
  content: { record: LeaseRecord; marks: LeaseMarks },
  signal?: AbortSignal,
): Promise<Lease> {
  const { metadata, spec } = schema.parse(lease.raw);
  const { labels, annotations } = content.marks;
  const body = {
    ...lease.raw,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...labels },
      annotations: { ...metadata.annotations, ...annotations },
    },
    spec: { ...spec, ...specOf(content.record) },
  };
  const call = { method: 'PUT', path: pathOf(lease), body, ...(signal && { signal }) } as const;
  return asLease(connection, await connection.request(call));
}

/** The Leases with a label, of one namespace or of all. @throws KubernetesError */
export async function listLeases(
  connection: Caller,
  { namespace, labelSelector }: { namespace?: string; labelSelector: string },
  signal?: AbortSignal,
): Promise<Lease[]> {
  const path = namespace === undefined ? `${API}/leases` : `${API}/namespaces/${encodeURIComponent(namespace)}/leases`;
  const answer = await connection.request({ method: 'GET', path, query: { labelSelector }, ...(signal && { signal }) });
  const parsed = List.safeParse(answer);
  if (!parsed.success) throw unreadable(connection);
  return parsed.data.items.map((item) => asLease(connection, item));
}

function asLease(connection: Caller, answer: unknown): Lease {
  const raw = Raw.safeParse(answer);
  const parsed = schema.safeParse(answer);
  if (!raw.success || !parsed.success) throw unreadable(connection);
  const { metadata, spec } = parsed.data;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    annotations: metadata.annotations ?? {},
    record: {
      holder: spec?.holderIdentity ?? '',
      durationMs: (spec?.leaseDurationSeconds ?? 0) * 1000,
      transitions: spec?.leaseTransitions ?? 0,
      acquireTime: spec?.acquireTime ?? undefined,
      renewTime: spec?.renewTime ?? undefined,
    },
    raw: raw.data,
  };
}

function specOf({ holder, durationMs, transitions, acquireTime, renewTime }: LeaseRecord): object {
  return {
    holderIdentity: holder,
    leaseDurationSeconds: Math.round(durationMs / 1000),
    leaseTransitions: transitions,
    ...(acquireTime !== undefined && { acquireTime }),
    ...(renewTime !== undefined && { renewTime }),
  };
}

function pathOf({ namespace, name }: LeasePlace): string {
  return `${API}/namespaces/${encodeURIComponent(namespace)}/leases/${encodeURIComponent(name)}`;
}

function unreadable({ server }: Caller): KubernetesError {
  return new KubernetesError('unreadable', `${server} gave a Lease that is none; check the address.`);
}

/** A time as a Lease has it: the API server takes exactly six digits of a second (`MicroTime`). */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}
