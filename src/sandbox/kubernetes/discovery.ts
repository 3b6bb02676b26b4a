import type { Fields } from '../fields.ts';
import { apiVersionOf, type ResourceType } from './resources.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** The Kubernetes version that the sandbox behaves as. */
const VERSION = { major: '1', minor: '36', gitVersion: 'v1.36.3', platform: 'linux/amd64' };

function describeType(type: ResourceType): Fields[] {
  const { plural, kind, namespaced, shortNames } = type;
  const whole = {
    name: plural,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs: VERBS,
    ...(shortNames ? { shortNames } : {}),
  };
  if (!type.statusSubresource) return [whole];
  return [whole, { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] }];
}

function describeGroup(group: string, types: readonly ResourceType[]): Fields {
  const versions = [...new Set(types.filter((type) => type.group === group).map(apiVersionOf))].map((groupVersion) => ({
    groupVersion,
    version: groupVersion.split('/').at(-1),
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** What a client that looks around is told: `/version`, `/api`, `/apis` and below, health; undefined for other paths. */
export function discover(path: string, types: readonly ResourceType[]): Fields | string | undefined {
  switch (path) {
    case '/version':
      return VERSION;
    case '/healthz':
    case '/livez':
    case '/readyz':
      return 'ok';
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    case '/apis': {
      const groups = [...new Set(types.map((type) => type.group))].filter((group) => group !== '');
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => describeGroup(group, types)) };
    }
  }
  const [, root, ...rest] = path.split('/');
  if (root !== 'api' && root !== 'apis') return undefined;
  const groupVersion = rest.join('/');
  const inIt = types.filter((type) => apiVersionOf(type) === groupVersion && (type.group === '') === (root === 'api'));
  if (inIt.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: inIt.flatMap(describeType) };
}
