import { ANNOTATION_PREFIX, type Problem, quoted, visible } from '../../registration/index.ts';
import { notRoutable } from '../object/index.ts';
import type { ProjectionSettings } from '../source.ts';
import type { EndpointSlice } from './endpoints.ts';
import type { Service, ServicePort } from './schema.ts';

/** Of several ports those that speak OpenAI's API by their name. */
const NAMES = ['http', 'openai'];

/**
 * Where the Service is called, without a path; undefined while nobody knows yet.
 *
 * In the cluster its domain is left out of the name: it may be any, and every pod finds the rest.
 */
export function addressOf(
  service: Service,
  portName: string | undefined,
  slices: readonly EndpointSlice[],
  where: ProjectionSettings['address'],
): string | Problem | undefined {
  const port = choosePort(service.ports, portName);
  if ('reason' in port) return port;
  if (where === 'external') return outside(service, port);
  const host = `${service.name}.${service.namespace}.svc`;
  return url(host, port, service.headless ? podPort(port, slices) : port.port);
}

/** Whoever chooses the addresses of a Service chooses the host that LiteLLM calls. */
export function hostProblem({ type, selects }: Service): Problem | undefined {
  const instead = 'only a Service that selects pods is registered';
  if (type === 'ExternalName') return notRoutable(`The Service is of type ExternalName; ${instead}.`);
  return selects ? undefined : notRoutable(`The Service has no selector; ${instead}.`);
}

/** The annotation's, else the one with a known name, else the only one. */
function choosePort(ports: readonly ServicePort[], given: string | undefined): ServicePort | Problem {
  if (ports.length === 0) return notRoutable('The Service has no port of TCP.');
  const all = visible(ports.map(({ name, port }) => (name ? `${name} (${port})` : `${port}`)).join(', ')).slice(0, 300);
  if (given !== undefined) {
    const chosen = ports.find(({ name, port }) => given === name || given === `${port}`);
    if (chosen) return chosen;
    const message = `${ANNOTATION_PREFIX}port is ${quoted(given)}, which the Service does not have. Allowed: ${all}.`;
    return { reason: 'InvalidAnnotation', message };
  }
  const named = NAMES.flatMap((wanted) => ports.filter(({ name }) => name === wanted));
  const chosen = named[0] ?? (ports.length === 1 ? ports[0] : undefined);
  const unclear = `Which port of the Service speaks OpenAI's API is not clear; set ${ANNOTATION_PREFIX}port to one of ${all}.`;
  return chosen ?? notRoutable(unclear);
}

/** The address that a load balancer has for it. */
function outside({ type, balancer }: Service, port: ServicePort): string | Problem | undefined {
  const remedy = 'make it one of type LoadBalancer, or set --address to cluster if LiteLLM runs in the same cluster';
  if (type !== 'LoadBalancer') return notRoutable(`The Service has no address outside the cluster; ${remedy}.`);
  if (!balancer) return undefined;
  const address = url(balancer.includes(':') ? `[${balancer}]` : balancer, port, port.port);
  return URL.parse(address)?.origin === address ? address : notRoutable('The address of its load balancer is none.');
}

/** The name of a Service without an address of its own leads to the pods, and to their ports. */
function podPort({ name, port, targetPort }: ServicePort, slices: readonly EndpointSlice[]): number {
  const behind = slices.flatMap(({ ports }) => ports).find((one) => one.name === name);
  return behind?.port ?? (typeof targetPort === 'number' ? targetPort : port);
}

function url(host: string, { secure }: ServicePort, port: number): string {
  const [scheme, usual] = secure ? ['https', 443] : ['http', 80];
  return `${scheme}://${host}${port === usual ? '' : `:${port}`}`;
}
