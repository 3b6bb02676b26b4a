/** JSON as LiteLLM stores it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The object that serves a model, without its life: `kind/namespace/name` names it across restarts and re-creations. */
export interface SourceRef {
  /** The source's kind as users write it, for example `inference-service`. */
  kind: string;
  namespace: string;
  name: string;
}

/**
 * Stands in the place of the namespace of what an administrator lists himself, such as a backend outside Kubernetes: no namespace can have
 * this name, so that no tenant's object is ever taken for one of these.
 */
export const NO_NAMESPACE = '-';

/**
 * One model entry that LiteLLM should hold, before it has an id or an ownership mark.
 *
 * `params` and `info` hold only what goes beyond `model`, `api_base` and the marks: LiteLLM's `litellm_params` and `model_info`.
 */
export interface Registration {
  /** What LiteLLM's clients ask for (`model_name`). */
  publicName: string;
  /** LiteLLM's provider prefix, for example `hosted_vllm`. */
  provider: string;
  /** What the backend itself answers to. */
  servedName: string;
  /** The OpenAI base of the backend, without a trailing slash, for example `http://x-predictor.ns.svc.cluster.local/v1`. */
  apiBase: string;
  params: Record<string, Json>;
  info: Record<string, Json>;
  /** Stands for `params.api_key` in the digest where that came from a Secret: changes whenever the Secret does. */
  keyVersion?: string;
  /** Its row stays when what it stands for is no longer listed. */
  retain?: true;
}

/** `kind/namespace/name`, the text that the ownership mark carries. */
export function sourceKey(ref: SourceRef): string {
  return `${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** The reverse of {@link sourceKey}; undefined where the text is none. */
export function parseSourceKey(text: string): SourceRef | undefined {
  const [kind, namespace, name, ...rest] = text.split('/');
  if (!kind || !namespace || !name || rest.length > 0) return undefined;
  return { kind, namespace, name };
}
