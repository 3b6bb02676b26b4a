import { type Connection, hasRight, type LeasePlace, type Right } from '../../kubernetes/index.ts';
import type { RelatedKind, WatchedSource } from '../../sources/index.ts';
import { type Finding, failed, ok, skipped, warning } from './check.ts';

/** Rights that go together: without one of them, something does not work. */
export interface RightGroup {
  id: string;
  title: string;
  rights: Right[];
  /** What is found where one is missing. */
  missing: (what: string) => Finding;
}

const SAME_RIGHTS = 'or give the account the same rights';
const GRANT = `Apply the manifests (kubectl apply -k manifests/default), ${SAME_RIGHTS}`;
/** Where only some namespaces are looked after: the manifests for all of them would give far more. */
const GRANT_IN_EACH = `Apply manifests/namespaced/rights in each of these namespaces, as manifests/samples/install-namespaced does, ${SAME_RIGHTS}`;
const CLUSTER_RUNTIMES =
  'for ClusterServingRuntimes, an administrator of the cluster applies manifests/components/cluster-runtimes';

/** What belongs to the installation itself. */
export interface OwnObjects {
  /** The one by which replicas choose who writes; undefined where there is no election. */
  lease?: LeasePlace | undefined;
  /** The one that gets Events about the installation; undefined where there is none. */
  deployment?: { namespace: string; name: string } | undefined;
}

/**
 * The rights that the manifests give, by what they are for.
 *
 * @param namespaces - those that are looked after; all where there is none
 */
export function rightGroups(
  sources: readonly WatchedSource[],
  namespaces: readonly string[],
  { lease, deployment }: OwnObjects = {},
): RightGroup[] {
  const places = namespaces.length > 0 ? namespaces : [undefined];
  const grant = namespaces.length > 0 ? GRANT_IN_EACH : GRANT;
  const everywhere = (group: string, resource: string, verbs: string[]): Right[] =>
    places.flatMap((namespace) => verbs.map((verb) => ({ verb, group, resource, namespace })));
  const reading = ['list', 'watch', 'get'];
  const related = sources.flatMap((source) => source.related ?? []);
  return [
    ...sources.map(({ kind, resource }) => ({
      id: `rights-${kind}`,
      title: `Right to read ${resource.plural}`,
      rights: everywhere(resource.group, resource.plural, reading),
      missing: (what: string) => failed(`This user may not ${what}, so that no model can be seen.`, `${grant}.`),
    })),
    {
      id: 'rights-events',
      title: 'Right to write Events',
      rights: everywhere('', 'events', ['create', 'patch']),
      missing: (what) =>
        warning(`This user may not ${what}, so that no object tells what became of its model.`, `${grant}.`),
    },
    ...[...Map.groupBy(related, ({ title }) => title)].map(([title, kinds]) => ({
      id: `rights-${title.replaceAll(' ', '-').toLowerCase()}`,
      title: `Right to read ${title}`,
      rights: kinds.flatMap(({ resource: { group, plural }, clusterWide }) =>
        clusterWide ? reading.map((verb) => ({ verb, group, resource: plural })) : everywhere(group, plural, reading),
      ),
      missing: missingRelated(kinds, namespaces.length > 0),
    })),
    {
      id: 'rights-secrets',
      title: 'Right to read Secrets',
      rights: everywhere('', 'secrets', ['get']),
      missing: (what) => skipped(`This user may not ${what}: only objects with api-key-secret need it.`),
    },
    ...(lease ? [leaseGroup(lease)] : []),
    ...(deployment ? [deploymentGroup(deployment)] : []),
  ];
}

function missingRelated(kinds: readonly RelatedKind[], byNamespace: boolean): RightGroup['missing'] {
  const { happens, instead } = kinds[0]?.without ?? { happens: '' };
  const further = kinds.some(({ clusterWide }) => clusterWide) && byNamespace ? `; ${CLUSTER_RUNTIMES}` : '';
  const remedy = `${byNamespace ? GRANT_IN_EACH : GRANT}${further}${instead ? `; or ${instead}` : ''}.`;
  const judge = kinds.some(({ needed }) => needed) ? failed : warning;
  return (what) => judge(`This user may not ${what}: ${happens}.`, remedy);
}

function leaseGroup({ namespace, name }: LeasePlace): RightGroup {
  const right = { group: 'coordination.k8s.io', resource: 'leases', namespace };
  return {
    id: 'rights-lease',
    title: 'Right to the Lease',
    rights: [
      { verb: 'create', ...right },
      { verb: 'get', ...right, name },
      { verb: 'update', ...right, name },
    ],
    missing: (what) =>
      failed(
        `This user may not ${what}, so that it is never elected, and writes nothing.`,
        `Give it the Role of manifests/base in the namespace ${namespace}, or set --leader-elect=false where there is one replica.`,
      ),
  };
}

function deploymentGroup({ namespace, name }: { namespace: string; name: string }): RightGroup {
  return {
    id: 'rights-deployment',
    title: 'Right to see its own Deployment',
    rights: [{ verb: 'get', group: 'apps', resource: 'deployments', namespace, name }],
    missing: (what) =>
      warning(
        `This user may not ${what}, so that only the log and the metrics tell of deletes that are held.`,
        `Give it the Role of manifests/base in the namespace ${namespace}, or the Deployment's right name with --deployment.`,
      ),
  };
}

/** Asks for each of the rights. @throws KubernetesError where the API server cannot be asked */
export async function judgeRights(connection: Connection, { rights, missing }: RightGroup): Promise<Finding> {
  const answers = await Promise.all(rights.map((right) => hasRight(connection, right)));
  const lacking = rights.filter((_, index) => !answers[index]);
  return lacking.length === 0 ? ok(`It may ${describeRights(rights)}.`) : missing(describeRights(lacking));
}

/** `list, watch and get inferenceservices in all namespaces`. */
export function describeRights(rights: readonly Right[]): string {
  const byThing = Map.groupBy(rights, ({ resource, namespace }) => `${resource}${namespace ? ` in ${namespace}` : ''}`);
  return [...byThing].map(([thing, some]) => `${join([...new Set(some.map(({ verb }) => verb))])} ${thing}`).join('; ');
}

function join(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
