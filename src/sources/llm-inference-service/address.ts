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
 * The host of an address is the object's author's choice where they name routes, gateways or host names themselves (KServe v0.20.0 copies an
 * HTTPRoute's `hostnames`, `router_discovery.go`). So inside the cluster only KServe's own name for the gateway's Service counts, and Services
 * of the object's namespace; outside only an object that leaves all that to KServe.
 */
export function routeOf(
  object: LlmInferenceService,
  where: ProjectionSettings['address'],
): Route | Problem | undefined {
  const ways = object.addresses.flatMap((address) => wayOf(address) ?? []);
  const outside = object.routesItself ? [] : ways.filter(({ name }) => name === 'gateway-external');
  const inside = [
    ...ways.filter(({ name, host }) => name === 'gateway-internal' && isService(host)),
    ...ways.filter((way) => isWorkload(way, object)),
  ];
  const best = where === 'cluster' ? (inside[0] ?? outside[0]) : outside[0];
  if (best) return routeTo(best, object);
  if (ways.length === 0) return undefined;
  const own = object.routesItself
    ? '; routes, gateways and host names of your own (spec.router) are not taken for that'
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

function isService(host: string): boolean {
  return /^[^.]+\.[^.]+\.svc(?:\.|$)/.test(host);
}

function isWorkload({ name, host }: Way, { namespace }: LlmInferenceService): boolean {
  return !name?.startsWith('gateway-') && isService(host) && host.split('.')[1] === namespace;
}

function routeTo(way: Way, object: LlmInferenceService): Route | Problem {
  const { text, problem } = checkedUrl('status.addresses[].url', way.url);
  if (problem !== undefined) return notRoutable(`${problem}.`);
  const parsed = new URL(text);
  if (!isWorkload(way, object) || parsed.port !== '') return { base: text, models: way.models };
  parsed.port = WORKLOAD_PORT;
  return { base: parsed.href.replace(/\/+$/, ''), models: way.models };
}
