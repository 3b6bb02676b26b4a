import { z } from 'zod';
import type { Settings } from '../../config/index.ts';
import {
  type Connection,
  connect,
  KubernetesError,
  type Resource,
  versionPath,
  whoAmI,
} from '../../kubernetes/index.ts';
import type { WatchedSource } from '../../sources/index.ts';
import { CONFIG_KEY, CONFIG_MAP, findConfig, kserveKeys, readList } from '../annotations/index.ts';
import { PlainError } from '../plain-error.ts';
import { chooseSources, clusterId, ownObjects } from '../wiring/index.ts';
import { type Finding, failed, failure, ok, skipped, warning } from './check.ts';
import { judgeRights, rightGroups } from './rights.ts';

/** Told of each finding as it is made. */
export type Note = (id: string, title: string, finding: Finding) => void;

const Version = z.object({ gitVersion: z.string() });
const ResourceList = z.object({ resources: z.array(z.object({ name: z.string() })) });

/**
 * Looks at the Kubernetes side.
 *
 * @returns the owner id, where it can be told
 * @throws ConfigError where a source is not known
 */
export async function examineKubernetes(
  settings: Settings,
  kserveNamespace: string | undefined,
  note: Note,
): Promise<string | undefined> {
  const watched = chooseSources(settings);
  const { kubeconfig, context } = settings;
  const connection = await connect({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) }).catch(
    (error: unknown) => {
      note('kubernetes', 'API server', failure(error));
    },
  );
  if (!connection) return settings['owner-id'];
  try {
    const reached = await attempt(() => reach(connection));
    note('kubernetes', 'API server', reached);
    if (reached.status === 'failed') return settings['owner-id'];
    for (const source of watched) {
      note(`crd-${source.kind}`, `Kind ${source.resource.kind}`, await attempt(() => findKind(connection, source)));
    }
    for (const group of rightGroups(watched, settings.namespace, ownObjects(settings, connection))) {
      note(group.id, group.title, await attempt(() => judgeRights(connection, group)));
    }
    const restarts = await attempt(() => judgeList(connection, kserveNamespace));
    note('kserve-annotations', 'Annotations without a restart', restarts);
    return await judgeOwner(connection, settings['owner-id'], note);
  } finally {
    await connection.close();
  }
}

/** A failure is a finding. */
async function attempt(look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return failure(error);
  }
}

async function reach(connection: Connection): Promise<Finding> {
  const version = Version.safeParse(await connection.request({ method: 'GET', path: '/version' }));
  const user = await whoAmI(connection);
  const as = user === undefined ? '' : `, as ${user}`;
  return ok(`${connection.server} answers${version.success ? `, version ${version.data.gitVersion}` : ''}${as}.`);
}

async function findKind(connection: Connection, { resource }: WatchedSource): Promise<Finding> {
  const { group, version, versions = [version], plural } = resource;
  for (const one of versions) {
    if (await serves(connection, { group, version: one, plural })) {
      return ok(`${apiName({ group, version: one, plural })} is installed.`);
    }
  }
  return failed(
    `The cluster serves no ${apiName({ group, version, plural })}: KServe, or its CRDs, are not installed.`,
    'Install KServe (tested with 0.20), or name another cluster with --context.',
  );
}

async function serves(connection: Connection, { group, version, plural }: Resource): Promise<boolean> {
  try {
    const body = await connection.request({ method: 'GET', path: versionPath({ group, version }) });
    return ResourceList.parse(body).resources.some(({ name }) => name === plural);
  } catch (error) {
    if (error instanceof KubernetesError && error.code === 'not-found') return false;
    throw error;
  }
}

function apiName({ group, version, plural }: Resource): string {
  return group === '' ? `${plural}/${version}` : `${plural}.${group}/${version}`;
}

/** Whether annotating a running model restarts its pods. */
async function judgeList(connection: Connection, namespace: string | undefined): Promise<Finding> {
  const config = await findConfig(connection, namespace).catch((error: unknown) => {
    if (error instanceof PlainError) return error;
    throw error;
  });
  if (config instanceof PlainError) {
    return skipped(`Whether annotating a running model restarts it cannot be told. ${config.message}`);
  }
  const { metadata, data } = config;
  try {
    const listed = readList(data?.[CONFIG_KEY]);
    const missing = kserveKeys([]).filter((key) => !listed.includes(key));
    const where = `${CONFIG_MAP} in namespace ${metadata.namespace}`;
    if (missing.length === 0) return ok(`${where} has all our keys: annotating a running model does not restart it.`);
    return warning(
      `${where} lacks ${missing.length} of our keys: writing such an annotation to a running model restarts its pods.`,
      'As an administrator of KServe, run model-registrar annotations --kserve --apply.',
    );
  } catch (error) {
    // Whoever may read it sees that KServe cannot.
    return failure(error);
  }
}

async function judgeOwner(connection: Connection, given: string | undefined, note: Note): Promise<string | undefined> {
  const title = 'Owner id';
  if (given !== undefined) {
    note('owner-id', title, ok(`${given}.`));
    return given;
  }
  try {
    const owner = await clusterId(connection);
    note(
      'owner-id',
      title,
      warning(
        `None is given, so that the uid of the namespace kube-system is taken, ${owner}: a cluster that is built anew has another, and leaves its rows behind.`,
        'Set --owner-id to the name of the cluster before the first start; later, adopt the rows with --from-owner.',
      ),
    );
    return owner;
  } catch (error) {
    note('owner-id', title, failure(error));
    return undefined;
  }
}
