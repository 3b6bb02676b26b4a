import { until } from '../../support/wait.ts';
import type { Stage } from './stage.ts';

/** The gateway that KServe's ConfigMap names, with its Service and its class. */
const NAMESPACE = 'kserve';
const GATEWAY = 'kserve-ingress-gateway';
const SERVICE = 'gw-test';
const CLASS = 'gw-test';
const IMPLEMENTATION = 'test.example.com/gateway';

const API = '/apis/gateway.networking.k8s.io/v1';
const MERGE = { contentType: 'application/merge-patch+json' };

type Verdict = 'True' | 'False';

/** A gateway by the Gateway API: an administrator's objects, and the statuses that its implementation writes. No such one runs on the bed. */
export interface ActingGateway {
  /** `service.namespace`: where calls inside the cluster go. */
  readonly host: string;
  /** Says of the HTTPRoute that KServe made for an object whether the gateway takes it. */
  accept(namespace: string, name: string, accepted: Verdict): Promise<void>;
  close(): Promise<void>;
}

export async function openGateway({ bed, cluster }: Stage): Promise<ActingGateway> {
  const listener = { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } };
  await bed.kubernetes.apply(
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: CLASS },
      spec: { controllerName: IMPLEMENTATION },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { namespace: NAMESPACE, name: GATEWAY },
      spec: { gatewayClassName: CLASS, listeners: [listener] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        namespace: NAMESPACE,
        name: SERVICE,
        labels: { 'gateway.networking.k8s.io/gateway-name': GATEWAY },
      },
      spec: { selector: { app: SERVICE }, ports: [{ name: 'http', port: 80 }] },
    },
  );
  const status = {
    addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
    conditions: [said('Accepted', 'True'), said('Programmed', 'True')],
  };
  await cluster.call('PATCH', `${API}/namespaces/${NAMESPACE}/gateways/${GATEWAY}/status`, { status }, MERGE);

  return {
    host: `${SERVICE}.${NAMESPACE}`,
    accept: async (namespace, name, accepted) => {
      const path = `${API}/namespaces/${namespace}/httproutes/${name}-kserve-route`;
      await until('KServe has made the route', async () => {
        const found = (await cluster.call('GET', path, undefined, { accept: [404] })) as { kind: string };
        return found.kind === 'HTTPRoute';
      });
      const parent = {
        parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: GATEWAY, namespace: NAMESPACE },
        controllerName: IMPLEMENTATION,
        conditions: [said('Accepted', accepted), said('ResolvedRefs', 'True')],
      };
      await cluster.call('PATCH', `${path}/status`, { status: { parents: [parent] } }, MERGE);
    },
    close: async () => {
      const gone = [
        `${API}/namespaces/${NAMESPACE}/gateways/${GATEWAY}`,
        `${API}/gatewayclasses/${CLASS}`,
        `/api/v1/namespaces/${NAMESPACE}/services/${SERVICE}`,
      ];
      await Promise.all(gone.map((path) => cluster.call('DELETE', path, undefined, { accept: [404] })));
    },
  };
}

function said(type: string, status: Verdict): object {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, '');
  return { type, status, reason: type, message: '', observedGeneration: 1, lastTransitionTime };
}
