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

/** Where the descriptions of the groups are found. */
function describeDocuments(types: readonly ResourceType[]): Fields {
  const groups = [...new Set(types.map(pathOf))];
  return { paths: Object.fromEntries(groups.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}` }])) };
}

/** Just enough of a description that kubectl leaves the validation of fields to the server, instead of asking for schemas. */
function describeDocument(types: readonly ResourceType[]): Fields {
  const parameters = [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }];
  const operations = types.map((type) => {
    const path = `/${pathOf(type)}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}/{name}`;
    const { group, version, kind } = type;
    const patch = {
      parameters,
      responses: {},
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group, version, kind },
    };
    return [path, { patch }];
  });
  return {
    openapi: '3.0.0',
    info: { title: 'sandbox', version: VERSION.gitVersion },
    paths: Object.fromEntries(operations),
  };
}

function pathOf(type: ResourceType): string {
  return `${type.group === '' ? 'api' : 'apis'}/${apiVersionOf(type)}`;
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
  if (path === '/openapi/v3') return describeDocuments(types);
  if (path.startsWith('/openapi/v3/')) {
    return describeDocument(types.filter((type) => path === `/openapi/v3/${pathOf(type)}`));
  }
  const [, root, ...rest] = path.split('/');
  if (root !== 'api' && root !== 'apis') return undefined;
  const groupVersion = rest.join('/');
  const inIt = types.filter((type) => apiVersionOf(type) === groupVersion && (type.group === '') === (root === 'api'));
  if (inIt.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: inIt.flatMap(describeType) };
}
