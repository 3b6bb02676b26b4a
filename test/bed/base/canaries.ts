/**
 * Provider keys that LiteLLM finds in its environment on the bed. Should one of them ever reach a model server, a row was written without a key
 * of its own: LiteLLM then sends what its environment holds for the row's provider.
 */
export const CANARIES = {
  OPENAI_API_KEY: 'canary-openai-4f1c',
  HOSTED_VLLM_API_KEY: 'canary-hosted-vllm-91d7',
  COHERE_API_KEY: 'canary-cohere-b83e',
  HUGGINGFACE_API_KEY: 'canary-huggingface-2a60',
  HF_TOKEN: 'canary-hf-token-7c15',
  INFINITY_API_KEY: 'canary-infinity-d942',
  ANTHROPIC_API_KEY: 'canary-anthropic-0e8b',
  AZURE_API_KEY: 'canary-azure-63fa',
  GEMINI_API_KEY: 'canary-gemini-c5d1',
  AWS_ACCESS_KEY_ID: 'canary-aws-id-18b4',
  AWS_SECRET_ACCESS_KEY: 'canary-aws-secret-e72f',
} as const;

/** The names of the canaries whose values stand in a text, a header list or anything else that JSON can hold. */
export function canariesIn(found: unknown): string[] {
  const text = JSON.stringify(found) ?? '';
  return Object.entries(CANARIES)
    .filter(([, value]) => text.includes(value))
    .map(([name]) => name);
}
