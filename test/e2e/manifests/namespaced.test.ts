import { describe, expect, test } from 'vitest';
import { readSettings } from '../../../src/config/index.ts';
import { only, overlay, type Rendered, render } from './render.ts';

const named = ({ kind, metadata }: Rendered): string => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`;
const binding = (objects: Rendered[], name: string) =>
  objects.find((one) => one.kind.endsWith('Binding') && one.metadata.name === name);

describe('namespaced', () => {
  test('has nothing outside its namespace, and no rights in the cluster', () => {
    const rendered = render('namespaced');
    for (const { kind, metadata } of rendered) {
      expect(kind).not.toMatch(/^Cluster|^Namespace$/);
      expect(metadata.namespace).toBe('team-a');
    }
  });

  test('may read models and runtimes and tell Events, and nothing else but its Lease', () => {
    const roles = render('namespaced').filter(({ kind }) => kind === 'Role');
    expect(roles.flatMap(({ rules }) => rules)).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['model-registrar'],
        verbs: ['get', 'update'],
      },
      { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['model-registrar'], verbs: ['get'] },
      {
        apiGroups: ['serving.kserve.io'],
        resources: ['inferenceservices', 'llminferenceservices'],
        verbs: ['get', 'list', 'watch'],
      },
      { apiGroups: ['serving.kserve.io'], resources: ['servingruntimes'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
    ]);
  });

  test('gives no owner id that two installations could share', () => {
    const settings = only(render('namespaced'), 'ConfigMap').data as Record<string, string>;
    expect(Object.keys(settings).sort()).toEqual(['MODEL_REGISTRAR_LITELLM_URL', 'MODEL_REGISTRAR_NAMESPACE']);
  });

  test('goes into any namespace, the accounts of its bindings too', async () => {
    const rendered = await overlay({ namespace: 'search', resources: ['namespaced'] });
    for (const { metadata } of rendered) expect(metadata.namespace).toBe('search');
    const subjects = rendered.filter(({ kind }) => kind === 'RoleBinding').flatMap((one) => one.subjects);
    expect(subjects).toEqual(
      Array.from({ length: 2 }, () => ({ kind: 'ServiceAccount', name: 'model-registrar', namespace: 'search' })),
    );
  });
});

describe('the sample of an installation for two namespaces', () => {
  const rendered = render('samples/install-namespaced');

  test('has the rights twice, and one controller that looks after both', () => {
    expect(rendered.filter(({ kind }) => kind === 'Role').map(named)).toEqual([
      'Role team-a/model-registrar',
      'Role team-a/model-registrar-backend-keys',
      'Role team-a/model-registrar-models',
      'Role team-b/model-registrar-models',
    ]);
    expect(only(rendered, 'ConfigMap').data).toEqual({
      MODEL_REGISTRAR_LITELLM_URL: 'https://litellm.example.com',
      MODEL_REGISTRAR_NAMESPACE: 'team-a,team-b',
      MODEL_REGISTRAR_OWNER_ID: 'my-cluster.team-a',
    });
  });

  test('its settings are read as they are meant', () => {
    const environment = only(rendered, 'ConfigMap').data as Record<string, string>;
    expect(readSettings({ flags: {}, environment })).toMatchObject({
      'litellm-url': 'https://litellm.example.com',
      namespace: ['team-a', 'team-b'],
      'owner-id': 'my-cluster.team-a',
    });
  });

  test('gives all of them to the one account', () => {
    const bindings = rendered.filter(({ kind }) => kind.endsWith('Binding'));
    expect(bindings).toHaveLength(5);
    for (const { subjects } of bindings) {
      expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'model-registrar', namespace: 'team-a' }]);
    }
    expect(only(rendered, 'ClusterRoleBinding').metadata.name).toBe('model-registrar-cluster-runtimes-team-a');
  });
});

describe('components', () => {
  test('backend-keys: the right to get Secrets by name, in the namespace that is given', async () => {
    const rendered = await overlay({ namespace: 'team-x', components: ['components/backend-keys'] });
    expect(rendered.map(named)).toEqual([
      'Role team-x/model-registrar-backend-keys',
      'RoleBinding team-x/model-registrar-backend-keys',
    ]);
    expect(only(rendered, 'Role').rules).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
    expect(binding(rendered, 'model-registrar-backend-keys')?.subjects).toEqual([
      { kind: 'ServiceAccount', name: 'model-registrar', namespace: 'model-registrar' },
    ]);
  });

  test('cluster-runtimes: to read ClusterServingRuntimes, and nothing else', async () => {
    const rendered = await overlay({ resources: ['namespaced'], components: ['components/cluster-runtimes'] });
    expect(only(rendered, 'ClusterRole').rules).toEqual([
      { apiGroups: ['serving.kserve.io'], resources: ['clusterservingruntimes'], verbs: ['get', 'list', 'watch'] },
    ]);
    expect(only(rendered, 'ClusterRoleBinding').subjects).toEqual([
      { kind: 'ServiceAccount', name: 'model-registrar', namespace: 'team-a' },
    ]);
  });

  test('rollouts: to read Deployments, and nothing else', async () => {
    const rendered = await overlay({ resources: ['default'], components: ['components/rollouts'] });
    const roles = rendered.filter(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.endsWith('rollouts'));
    expect(roles.map(({ rules }) => rules)).toEqual([
      [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch'] }],
    ]);
    expect(binding(rendered, 'model-registrar-rollouts')?.subjects).toEqual([
      { kind: 'ServiceAccount', name: 'model-registrar', namespace: 'model-registrar' },
    ]);
  });
});
