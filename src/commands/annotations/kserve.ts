import { z } from 'zod';
import { type Connection, KubernetesError } from '../../kubernetes/index.ts';
import { PlainError } from '../plain-error.ts';
import { CONFIG_KEY, mergeList } from './merge-list.ts';

/** KServe's configuration, in the namespace of KServe (`constants.InferenceServiceConfigMapName`, KServe v0.20.0). */
export const CONFIG_MAP = 'inferenceservice-config';

/** Where KServe lives unless told otherwise. */
export const KSERVE_NAMESPACE = 'kserve';

/** How often a write is tried that another's change gets ahead of. */
const TRIES = 5;

const ConfigMap = z.object({
  metadata: z.object({ namespace: z.string(), resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).nullish(),
});

/** KServe's ConfigMap, as far as it is read. */
export type KserveConfig = z.output<typeof ConfigMap>;

/** What {@link addToList} did. */
export interface AddedToList {
  namespace: string;
  added: string[];
  /** Keys that were in the list before. */
  present: string[];
}

/**
 * Adds annotation keys to KServe's list of those that are not copied to pods. Nothing else of the ConfigMap changes, and nothing is
 * written where all of them are there. KServe reads the ConfigMap at each reconcile: no restart of it is needed.
 *
 * @param namespace - KServe's; undefined looks in `kserve`, then everywhere
 * @throws PlainError, KubernetesError
 */
export async function addToList(
  connection: Connection,
  keys: readonly string[],
  namespace: string | undefined,
): Promise<AddedToList> {
  for (let tries = 1; ; tries += 1) {
    const config = await findConfig(connection, namespace);
    const { text, added } = mergeList(config.data?.[CONFIG_KEY], keys);
    const done = { namespace: config.metadata.namespace, added, present: keys.filter((key) => !added.includes(key)) };
    if (added.length === 0) return done;
    try {
      await write(connection, config, text);
      return done;
    } catch (error) {
      // Somebody changed it since it was read: what they wrote is read, and added to.
      if (!isCode(error, 'conflict') || tries === TRIES) throw error;
    }
  }
}

/**
 * Reads KServe's ConfigMap, and looks for it in other namespaces where none is named.
 *
 * @throws PlainError where it is missing, stands in several namespaces, or may not be read; KubernetesError
 */
export async function findConfig(connection: Connection, namespace: string | undefined): Promise<KserveConfig> {
  const found = await readConfig(connection, namespace ?? KSERVE_NAMESPACE);
  if (found) return found;
  const places = namespace === undefined ? await namespacesWithConfig(connection) : [];
  const [place, ...others] = places;
  if (place === undefined) {
    throw new PlainError(
      `There is no ConfigMap ${CONFIG_MAP} in namespace ${namespace ?? KSERVE_NAMESPACE}: name the namespace that KServe runs in with --kserve-namespace.`,
    );
  }
  if (others.length > 0) {
    throw new PlainError(
      `There is a ConfigMap ${CONFIG_MAP} in each of the namespaces ${places.join(', ')}: name KServe’s own with --kserve-namespace.`,
    );
  }
  const elsewhere = await readConfig(connection, place);
  if (elsewhere) return elsewhere;
  throw new PlainError(`The ConfigMap ${CONFIG_MAP} in namespace ${place} went while it was read: try again.`);
}

async function readConfig(connection: Connection, namespace: string): Promise<KserveConfig | undefined> {
  try {
    return ConfigMap.parse(await connection.request({ method: 'GET', path: pathOf(namespace) }));
  } catch (error) {
    if (isCode(error, 'not-found')) return undefined;
    if (isCode(error, 'forbidden')) {
      throw new PlainError(
        `This user may not read the ConfigMap ${CONFIG_MAP} in namespace ${namespace}: run this as an administrator of KServe, or give the user the rights get and patch on it.`,
      );
    }
    throw error;
  }
}

/** Where KServe was installed into another namespace, as some distributions do. Empty where that cannot be told. */
async function namespacesWithConfig(connection: Connection): Promise<string[]> {
  const query = { fieldSelector: `metadata.name=${CONFIG_MAP}` };
  try {
    const list = z
      .object({ items: z.array(ConfigMap) })
      .parse(await connection.request({ method: 'GET', path: '/api/v1/configmaps', query }));
    return list.items.map(({ metadata }) => metadata.namespace).sort();
  } catch (error) {
    if (isCode(error, 'forbidden')) return [];
    throw error;
  }
}

async function write(connection: Connection, { metadata }: KserveConfig, text: string): Promise<void> {
  const { namespace, resourceVersion } = metadata;
  try {
    await connection.request({
      method: 'PATCH',
      path: pathOf(namespace),
      query: { fieldManager: 'model-registrar' },
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion }, data: { [CONFIG_KEY]: text } },
    });
  } catch (error) {
    if (isCode(error, 'forbidden')) {
      throw new PlainError(
        `This user may not change the ConfigMap ${CONFIG_MAP} in namespace ${namespace}: run this as an administrator of KServe, or give the user the right patch on it.`,
      );
    }
    if (isCode(error, 'invalid')) {
      throw new PlainError(
        `The API server does not take the change of the ConfigMap ${CONFIG_MAP} in namespace ${namespace}: it may be immutable, or a policy may keep it. Add the keys where that ConfigMap comes from.`,
      );
    }
    throw error;
  }
}

function pathOf(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${CONFIG_MAP}`;
}

function isCode(error: unknown, code: KubernetesError['code']): boolean {
  return error instanceof KubernetesError && error.code === code;
}
