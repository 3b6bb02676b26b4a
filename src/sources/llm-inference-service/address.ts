import type { Problem } from '../../registration/index.ts';
import { checkedUrl, notRoutable } from '../object/index.ts';
import type { ProjectionSettings } from '../source.ts';
import type { Address, LlmInferenceService } from './schema.ts';

/** The port of the workload's Service, which the status leaves out (KServe v0.20.0, `workload.go`). */
const WORKLOAD_PORT = '8000';

/** The base of the OpenAI API of one address, without `/v1`, and the model ids that are answered there, where they are said. */
export interface Route {
  base: string;
  models: string[] | undefined;
}

/**
 * The way to the model that LiteLLM is to take; undefined while the status names none.
 *
 * The gateway inside the cluster goes before the workload's own Service: that one passes the scheduler by. Addresses for routing by model
 * (`*-model-routing`, and those below `/publishers/`) ask for a header that nobody sends, or repeat what another has.
 *
 * The host of an address is the object's author's choice where they name routes, gateways or host names themselves: KServe v0.20.0 copies an
 * HTTPRoute's `hostnames` (`router_discovery.go`), and calls whatever ends in the cluster's domain `gateway-internal`. So of gateways only an
 * object that leaves all that to KServe has addresses, and inside the cluster the host is a Service of the gateway's namespace; all others have
 * Services of their own namespace.
 */
export function routeOf(
  object: LlmInferenceService,
  where: ProjectionSettings['address'],
): Route | Problem | undefined {
  const ways = object.addresses.flatMap((address) => wayOf(address) ?? []);
  const gateways = ways.filter((way) => isKServesGateway(way, object));
  const outside = gateways.filter(({ name }) => name === 'gateway-external');
  const inside = [
    ...gateways.filter(({ name }) => name === 'gateway-internal'),
    ...ways.filter((way) => isWorkload(way, object)),
  ];
  const best = where === 'cluster' ? (inside[0] ?? outside[0]) : outside[0];
  if (best) return routeTo(best, object);
  if (ways.length === 0) return undefined;
  const own = object.routesItself
    ? '; routes, gateways and host names of your own (spec.router, or a configuration of your namespace) are not taken for that: the administrator may put them into a configuration of KServe’s namespace'
    : '';
  const remedy = where === 'external' ? ', or set --address to cluster if LiteLLM runs in the same cluster' : '';
  return notRoutable(
    `None of its addresses (status.addresses) can be called from ${where === 'external' ? 'outside' : 'inside'} the cluster${own}. Expose it by the gateway of KServe${remedy}.`,
  );
}

interface Way extends Address {
  host: string;
}

function wayOf(address: Address): Way | undefined {
  if (address.name?.endsWith('-model-routing')) return undefined;
  const url = URL.parse(address.url);
  if (!url || url.pathname.startsWith('/publishers/')) return undefined;
  return { ...address, host: url.hostname };
}

/** Whether a gateway's address is one that the administrator chose. */
function isKServesGateway({ name, host, gatewayNamespace }: Way, { namespace, routesItself }: LlmInferenceService) {
  if (routesItself || gatewayNamespace === namespace) return false;
  if (name !== 'gateway-internal') return true;
  return isService(host) && (gatewayNamespace === undefined || namespaceOf(host) === gatewayNamespace);
}

function isService(host: string): boolean {
  return /^[^.]+\.[^.]+\.svc(?:\.|$)/.test(host);
}

function namespaceOf(host: string): string | undefined {
  return host.split('.')[1];
}

function isWorkload({ name, host, gatewayNamespace }: Way, { namespace }: LlmInferenceService): boolean {
  if (name?.startsWith('gateway-') || gatewayNamespace !== undefined) return false;
  return isService(host) && namespaceOf(host) === namespace;
}

function routeTo(way: Way, object: LlmInferenceService): Route | Problem {
  const { text, problem } = checkedUrl('status.addresses[].url', way.url);
  if (problem !== undefined) return notRoutable(`${problem}.`);
  const parsed = new URL(text);
  if (!isWorkload(way, object) || parsed.port !== '') return { base: text, models: way.models };
  parsed.port = WORKLOAD_PORT;
  return { base: parsed.href.replace(/\/+$/, ''), models: way.models };
}
