/** A model that somebody added to LiteLLM by hand, long before: the controller must never touch it. */
export const BY_HAND = {
  id: 'added-by-hand',
  name: 'gpt-4o-mini',
  params: { model: 'openai/gpt-4o-mini' },
  info: { mode: 'chat' },
} as const;
