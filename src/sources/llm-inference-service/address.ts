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
 */
export function routeOf(
  object: LlmInferenceService,
  where: ProjectionSettings['address'],
): Route | Problem | undefined {
  const ways = object.addresses.flatMap((address) => wayOf(address) ?? []);
  const rank = where === 'cluster' ? rankInside : rankOutside;
  const [best] = ways
    .filter((way) => rank(way) !== undefined)
    .sort((one, other) => (rank(one) ?? 0) - (rank(other) ?? 0));
  if (best) return routeTo(best);
  if (ways.length === 0) return undefined;
  const remedy = 'expose it by a gateway, or set --address to cluster if LiteLLM runs in the same cluster';
  return notRoutable(`None of its addresses (status.addresses) leads to it from outside the cluster; ${remedy}.`);
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

function rankInside(way: Way): number {
  if (!isInside(way)) return 2;
  return way.name?.startsWith('gateway-') ? 0 : 1;
}

function rankOutside(way: Way): number | undefined {
  return isInside(way) ? undefined : 0;
}

function isInside({ name, host }: Way): boolean {
  return name === 'gateway-internal' || name === 'internal' || /\.svc(?:\.|$)/.test(host);
}

function routeTo({ url, host, models, name }: Way): Route | Problem {
  const { text, problem } = checkedUrl('status.addresses[].url', url);
  if (problem !== undefined) return notRoutable(`${problem}.`);
  const parsed = new URL(text);
  const isWorkload = !name?.startsWith('gateway-') && /\.svc(?:\.|$)/.test(host);
  if (!isWorkload || parsed.port !== '') return { base: text, models };
  parsed.port = WORKLOAD_PORT;
  return { base: parsed.href.replace(/\/+$/, ''), models };
}
