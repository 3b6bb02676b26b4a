import { basePathProblem, quoted } from '../../registration/index.ts';
import { checkedUrl, type Part, withoutSlashes } from '../object/index.ts';
import type { Predictor } from './predictor.ts';
import type { InferenceService } from './schema.ts';

/**
 * The in-cluster address of the service, without a trailing slash; undefined while KServe names none.
 *
 * `status.address.url` alone is taken. `status.url` may resolve nowhere, and a Standard service's usual name is no better than the
 * address: KServe leaves the address out just where that Service is missing, and neither the cluster's domain nor the port of a
 * headless Service can be guessed (KServe v0.20.0, `httproute_reconciler.go`, `service_reconciler.go`).
 */
export function readAddress(address: string | undefined): Part | undefined {
  return address ? checkedUrl('status.address.url', address) : undefined;
}

/**
 * The address that the service has outside the cluster, without a trailing slash; undefined while KServe may still name one.
 *
 * In Standard mode KServe computes `status.url` from a template also where it makes no Ingress at all, by its configuration, which the
 * object does not show (KServe v0.20.0, `kube_ingress_reconciler.go`); that a label keeps the object inside the cluster it does show.
 */
export function readExternalAddress({ url, address, marks, conditions }: InferenceService): Part | undefined {
  const remedy = 'expose the service, or set --address to cluster if LiteLLM runs in the same cluster';
  const inside = (what: string): Part => ({ text: '', problem: `${what}; ${remedy}` });
  if (marks.clusterLocal) return inside(`the label ${marks.clusterLocal} keeps it inside the cluster`);
  if (!url) {
    return conditions.Ready?.status === 'True'
      ? inside('it has no address outside the cluster (status.url)')
      : undefined;
  }
  const part = checkedUrl('status.url', url);
  const host = part.problem === undefined ? new URL(part.text).hostname.replace(/\.$/, '') : '';
  const local = ['.svc', '.svc.cluster.local', servicesOf(address)].some((domain) => domain && host.endsWith(domain));
  return local ? inside('status.url is an address inside the cluster') : part;
}

/** Where the names of Services end in this cluster, whose domain may be another than `cluster.local`. */
function servicesOf(address: string | undefined): string | undefined {
  const [, , ...services] = (address && URL.parse(address)?.hostname.split('.')) || [];
  return services[0] === 'svc' ? `.${services.join('.')}` : undefined;
}

/**
 * The path of the OpenAI API on the service, without a trailing slash: the annotation's, else by what the server is.
 *
 * KServe's Hugging Face server has it at `/openai/v1`, or after the prefix that `KSERVE_OPENAI_ROUTE_PREFIX` sets; vLLM and nearly all
 * that people bring themselves at `/v1` (KServe v0.20.0, `python/kserve/kserve/protocol/rest/openai/endpoints.py`).
 *
 * @param given what the annotation says.
 */
export function readBasePath(predictor: Predictor, given: string | undefined): Part {
  if (given !== undefined) return { text: given };
  if (predictor.unsuited !== undefined) return { text: '', problem: predictor.unsuited };
  const prefix = predictor.arguments.openAiPrefix;
  if (prefix !== undefined) return prefixed(prefix);
  if (predictor.server === 'huggingface') return { text: '/openai/v1' };
  if (predictor.kind === 'container' || (predictor.server && predictor.server !== 'other')) return { text: '/v1' };
  return { text: '', problem: noKnownPath(predictor) };
}

/** Why nothing is known about the API of a server, as part of a sentence. */
export function noKnownPath(predictor: Predictor): string {
  if (predictor.kind === 'unknown') return 'the predictor has neither a model nor containers';
  const format = predictor.format ? `the format ${quoted(predictor.format)}` : 'no format';
  const runtime = predictor.runtime ? `the runtime ${quoted(predictor.runtime.name)}` : 'no runtime';
  return `a model of ${format} with ${runtime} has no known OpenAI path`;
}

function prefixed(prefix: string): Part {
  const path = withoutSlashes(`/${prefix}`.replace(/^\/+/, '/'));
  const problem = basePathProblem(path === '' ? '/' : path);
  return problem
    ? { text: '', problem: `KSERVE_OPENAI_ROUTE_PREFIX is ${quoted(prefix)}: ${problem}` }
    : { text: `${path}/v1` };
}
