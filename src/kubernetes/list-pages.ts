import type { Connection } from './connection.ts';
import { KubernetesError } from './errors.ts';
import { keyOf, type ListHead, readIdentity, readListHead } from './raw-object.ts';
import { collectionPath, type Resource, resourceName } from './resource.ts';

/** What is asked for at a time where nothing but keys is wanted. */
const KEYS_A_PAGE = 500;

export interface ListOptions {
  connection: Connection;
  resource: Resource;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Objects a page; all in one when left out. */
  pageSize?: number;
  signal?: AbortSignal;
  /** What it throws ends the list. */
  onItem: (raw: unknown) => void;
}

/**
 * Lists a kind page by page; all pages show one moment, the server sees to that. It asks without a resourceVersion, so the
 * answer is the newest state and never one out of a lagging cache.
 *
 * @returns the resourceVersion from which a watch goes on.
 * @throws KubernetesError (`expired` when the server no longer keeps that moment before the last page was read), and
 *   `unreadable` when the answer is not a list; what was handed over until then is no whole list.
 */
export async function listPages(options: ListOptions): Promise<string> {
  const { connection, resource, signal } = options;
  const path = collectionPath(resource);
  let first: ListHead | undefined;
  let next: string | undefined;
  do {
    const query = {
      limit: options.pageSize,
      continue: next,
      labelSelector: options.labelSelector || undefined,
      fieldSelector: options.fieldSelector,
    };
    const raw = await connection.list({ path, query, ...(signal && { signal }) }, options.onItem);
    const head = readHead(raw, connection.server, resource);
    first ??= head;
    if (head.next !== undefined && head.next === next) throw unreadable(connection.server, resource);
    next = head.next;
  } while (next !== undefined);
  return first.resourceVersion;
}

/** The keys (`namespace/name`) of all objects of a kind. @throws KubernetesError */
export async function listKeys(options: Omit<ListOptions, 'onItem'>): Promise<Set<string>> {
  const keys = new Set<string>();
  const { server } = options.connection;
  await listPages({
    pageSize: KEYS_A_PAGE,
    ...options,
    onItem: (raw) => keys.add(keyOf(identify(raw, server, options.resource))),
  });
  return keys;
}

/** The resourceVersion at which the server is now, for the price of one object. @throws KubernetesError */
export async function newestVersion(options: Omit<ListOptions, 'onItem' | 'pageSize'>): Promise<string> {
  const { connection, resource, labelSelector, fieldSelector, signal } = options;
  const query = { limit: 1, labelSelector: labelSelector || undefined, fieldSelector };
  const ignore = () => undefined;
  const raw = await connection.list({ path: collectionPath(resource), query, ...(signal && { signal }) }, ignore);
  return readHead(raw, connection.server, resource).resourceVersion;
}

/** The identity of a listed object. @throws KubernetesError `unreadable` when it has none. */
export function identify(raw: unknown, server: string, resource: Resource) {
  try {
    return readIdentity(raw);
  } catch {
    throw unreadable(server, resource);
  }
}

function readHead(raw: unknown, server: string, resource: Resource): ListHead {
  try {
    return readListHead(raw);
  } catch {
    throw unreadable(server, resource);
  }
}

function unreadable(server: string, resource: Resource): KubernetesError {
  return new KubernetesError(
    'unreadable',
    `${server} gave a list of ${resourceName(resource)} that is none; check that the address is that of a Kubernetes API server.`,
  );
}
