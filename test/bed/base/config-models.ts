/** The models that stand in the config file: whoever manages LiteLLM's database rows must leave these alone. */
export const CONFIG_MODELS = [
  {
    model_name: 'house-chat',
    litellm_params: {
      model: 'openai/house-chat',
      api_base: 'http://house.models.svc.cluster.local/v1',
      api_key: 'not-needed',
    },
    model_info: { id: 'house-chat-by-hand', mode: 'chat', notes: 'written by hand' },
  },
  {
    model_name: 'house-embed',
    litellm_params: {
      model: 'hosted_vllm/house-embed',
      api_base: 'http://house.models.svc.cluster.local/v1',
      api_key: 'not-needed',
    },
    model_info: { mode: 'embedding' },
  },
] as const;
