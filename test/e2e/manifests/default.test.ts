import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settings } from '../../../src/config/index.ts';
import { VERSION } from '../../../src/telemetry/index.ts';
import { MANIFESTS, only, render } from './render.ts';

const variable = z.object({ name: z.string(), value: z.string() });
const container = z.looseObject({ image: z.string(), env: z.array(variable) });
const deploymentSpec = z.looseObject({
  selector: z.unknown(),
  template: z.looseObject({
    metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
    spec: z.looseObject({ containers: z.tuple([container]) }),
  }),
});

const rendered = render('default');
const deployment = only(rendered, 'Deployment');
const spec = deploymentSpec.parse(deployment.spec);
const pod = spec.template.spec;
const [controller] = pod.containers;

test('there is what the controller needs, in its namespace, and nothing else', () => {
  const names = rendered.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`);
  expect(names.map((name) => name.replace(/(settings)-[a-z0-9]{10}$/, '$1')).sort()).toEqual([
    'ClusterRole -/model-registrar',
    'ClusterRoleBinding -/model-registrar',
    'ConfigMap model-registrar/model-registrar-settings',
    'Deployment model-registrar/model-registrar',
    'Namespace -/model-registrar',
    'Role model-registrar/model-registrar',
    'RoleBinding model-registrar/model-registrar',
    'Service model-registrar/model-registrar-metrics',
    'ServiceAccount model-registrar/model-registrar',
  ]);
});

describe('rights', () => {
  test('in the cluster are these and no others', () => {
    expect(only(rendered, 'ClusterRole').rules).toEqual([
      {
        apiGroups: ['serving.kserve.io'],
        resources: ['inferenceservices', 'llminferenceservices'],
        verbs: ['get', 'list', 'watch'],
      },
      {
        apiGroups: ['serving.kserve.io'],
        resources: ['servingruntimes', 'clusterservingruntimes'],
        verbs: ['get', 'list', 'watch'],
      },
      { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
      { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
    ]);
  });

  test('in its own namespace are those to one Lease', () => {
    expect(only(rendered, 'Role').rules).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['model-registrar'],
        verbs: ['get', 'update'],
      },
      { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['model-registrar'], verbs: ['get'] },
    ]);
  });

  test.each([
    ['ClusterRoleBinding', 'ClusterRole'],
    ['RoleBinding', 'Role'],
  ])('are given by %s to the account of the pod alone', (binding, role) => {
    const { roleRef, subjects } = only(rendered, binding);
    expect(roleRef).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: role, name: 'model-registrar' });
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'model-registrar', namespace: 'model-registrar' }]);
    expect(pod.serviceAccountName).toBe('model-registrar');
  });

  test('reach only the pod: the account hands its token to no other', () => {
    expect(only(rendered, 'ServiceAccount').automountServiceAccountToken).toBe(false);
    expect(pod.automountServiceAccountToken).toBe(true);
  });
});

describe('the pod', () => {
  test('is hardened as the namespace demands', () => {
    expect(only(rendered, 'Namespace').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(controller.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(Object.keys(pod).filter((field) => field.startsWith('host'))).toEqual([]);
  });

  test('stands by while another writes, and has the time to finish its writes', () => {
    // The new pod is there before the old one goes: the Lease is handed over.
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    expect(deployment.spec).toMatchObject({ replicas: 1, strategy });
    expect(controller.env.map(({ name }) => name)).not.toContain('MODEL_REGISTRAR_LEADER_ELECT');
    expect(pod.automountServiceAccountToken).toBe(true);
    expect(Number(pod.terminationGracePeriodSeconds)).toBeGreaterThan(12);
  });

  test('asks for what it needs and is held to what it may take', () => {
    expect(controller.resources).toEqual({
      requests: { cpu: '50m', memory: '192Mi' },
      limits: { memory: '512Mi' },
    });
  });

  test('is probed at the port where it listens', () => {
    const listen = settings.find(({ name }) => name === 'listen');
    const at = (path: string) => expect.objectContaining({ httpGet: { path, port: 'http' } });
    expect(controller).toMatchObject({
      args: ['run'],
      ports: [{ name: 'http', containerPort: Number(listen?.default?.replace(':', '')) }],
      startupProbe: at('/healthz'),
      livenessProbe: at('/healthz'),
      readinessProbe: at('/readyz'),
    });
    expect(only(rendered, 'Service').spec).toMatchObject({
      selector: { 'app.kubernetes.io/name': 'model-registrar' },
      ports: [{ name: 'metrics', targetPort: 'http' }],
    });
  });

  test('reads LiteLLM’s key from a file that only its group may read', () => {
    const file = controller.env.find(({ name }) => name === 'MODEL_REGISTRAR_LITELLM_KEY_FILE')?.value;
    expect(file).toBe('/etc/model-registrar/litellm/key');
    expect(controller.volumeMounts).toEqual([
      { name: 'litellm-key', mountPath: '/etc/model-registrar/litellm', readOnly: true },
    ]);
    expect(pod.volumes).toEqual([
      { name: 'litellm-key', secret: { secretName: 'model-registrar-litellm', defaultMode: 0o440 } },
    ]);
  });

  test('runs the version of this checkout', () => {
    expect(controller.image).toBe(`ghcr.io/model-registrar/model-registrar:v${VERSION}`);
    for (const { metadata } of rendered) {
      expect([undefined, `v${VERSION}`]).toContain(metadata.labels['app.kubernetes.io/version']);
      expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'model-registrar' });
    }
    expect(spec.template.metadata.labels['app.kubernetes.io/version']).toBe(`v${VERSION}`);
    expect(spec.selector).toEqual({ matchLabels: { 'app.kubernetes.io/name': 'model-registrar' } });
  });
});

describe('settings', () => {
  const known = new Map(settings.map(({ env, schema }) => [env, schema]));
  const given = z.record(z.string(), z.string()).parse(only(rendered, 'ConfigMap').data);

  test('reach the controller, under the name that their content gives them', () => {
    expect(controller.envFrom).toEqual([{ configMapRef: { name: only(rendered, 'ConfigMap').metadata.name } }]);
  });

  test.each([...Object.entries(given), ...controller.env.map(({ name, value }) => [name, value])])(
    '%s exists and takes %s',
    (name = '', value) => {
      expect([...known.keys()]).toContain(name);
      expect(known.get(name)?.safeParse(value)).toMatchObject({ success: true });
    },
  );

  test('that are only shown exist too', () => {
    const text = readFileSync(join(MANIFESTS, 'default/settings.env'), 'utf8');
    const shown = [...text.matchAll(/^#(MODEL_REGISTRAR_\w+)=/gm)].map(([, name]) => name);
    expect(shown.length).toBeGreaterThan(3);
    expect([...known.keys()]).toEqual(expect.arrayContaining(shown));
  });

  test('cannot be mixed up with the variables that Kubernetes makes from a Service’s name', () => {
    expect(pod.enableServiceLinks).toBe(false);
  });
});
