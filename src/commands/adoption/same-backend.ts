import type { Json, ModelRecord, Registration } from '../../registration/index.ts';

/** True when a row leads to what a registration stands for: the same base, and the same model whatever the provider. */
export function sameBackend({ params }: ModelRecord, { apiBase, servedName }: Registration): boolean {
  return modelIs(params.model, servedName) && base(params.api_base) === base(apiBase);
}

function modelIs(model: Json | undefined, servedName: string): boolean {
  if (typeof model !== 'string') return false;
  // A served name may have slashes too: `openai/Qwen/Qwen3-8B`, or `Qwen/Qwen3-8B` with the provider elsewhere.
  return model === servedName || model.slice(model.indexOf('/') + 1) === servedName;
}

/** Two spellings of one address: a slash at the end, capitals, the usual port, the cluster's own ending. */
function base(address: Json | undefined): string | undefined {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (!url) return undefined;
  const host = url.host.replace(/\.svc\.cluster\.local(?=:|$)/, '.svc');
  return `${url.protocol}//${host}${url.pathname.replace(/\/+$/, '')}${url.search}`;
}
