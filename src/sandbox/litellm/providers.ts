import type { Fields } from '../fields.ts';

/**
 * Prefixes of `litellm_params.model` that are loaded. LiteLLM knows some 150; a row with another prefix is saved, but
 * no replica serves it.
 */
const PROVIDERS = new Set([
  'anthropic',
  'azure',
  'azure_ai',
  'bedrock',
  'cohere',
  'custom_openai',
  'databricks',
  'deepseek',
  'fireworks_ai',
  'gemini',
  'groq',
  'hosted_vllm',
  'huggingface',
  'infinity',
  'jina_ai',
  'litellm_proxy',
  'llamafile',
  'lm_studio',
  'mistral',
  'nvidia_nim',
  'ollama',
  'ollama_chat',
  'openai',
  'openai_like',
  'openrouter',
  'sagemaker',
  'text-completion-openai',
  'together_ai',
  'triton',
  'vertex_ai',
  'vllm',
  'voyage',
  'watsonx',
  'xai',
  'xinference',
]);

/** Names without a prefix that LiteLLM knows the provider of. */
const KNOWN_MODELS = /^(gpt-|o\d|text-embedding-|claude-)/;

/** The name that a row's backend is asked for: `litellm_params.model` without its provider prefix. */
export function backendModel(params: Fields): string {
  const model = String(params.model);
  const slash = model.indexOf('/');
  return slash > 0 && PROVIDERS.has(model.slice(0, slash)) ? model.slice(slash + 1) : model;
}

/** Whether a router loads a row with these params. */
export function isLoadable(params: Fields): boolean {
  if (typeof params.custom_llm_provider === 'string') return PROVIDERS.has(params.custom_llm_provider);
  const model = String(params.model);
  const slash = model.indexOf('/');
  return slash > 0 ? PROVIDERS.has(model.slice(0, slash)) : KNOWN_MODELS.test(model);
}
