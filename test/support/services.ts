/** Services and EndpointSlices as users and Kubernetes write them. */
import { type Manifest, prefixed } from './kserve-objects.ts';

type Json = { [key: string]: unknown };

/** A Service of a model server, annotated with `enabled: "true"` unless told otherwise; annotations are given without their prefix. */
export function service({
  name = 'vllm',
  namespace = 'llm',
  annotations = { enabled: 'true' },
  ports = [{ name: 'http', port: 8000, targetPort: 8000, protocol: 'TCP' }],
  spec = {},
  metadata = {},
  status,
}: {
  name?: string;
  namespace?: string;
  annotations?: Record<string, string>;
  ports?: object[];
  spec?: object;
  metadata?: Json;
  status?: Json;
} = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, annotations: prefixed(annotations), ...metadata },
    spec: { type: 'ClusterIP', selector: { app: name }, ports, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

/** The slice that Kubernetes makes for it, with one endpoint for each of `ready`. */
export function endpointSlice({
  service: of = 'vllm',
  namespace = 'llm',
  name = `${of}-x7k2p`,
  ready = [true],
  port = 8000,
  portName = 'http',
}: {
  service?: string;
  namespace?: string;
  name?: string;
  ready?: (boolean | undefined)[];
  port?: number;
  portName?: string;
} = {}): Json & { metadata: Json & { name: string; namespace: string } } {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    endpoints: ready.map((one, index) => ({
      addresses: [`10.0.0.${index + 1}`],
      conditions: one === undefined ? {} : { ready: one },
    })),
    ports: [{ name: portName, port, protocol: 'TCP' }],
  };
}
