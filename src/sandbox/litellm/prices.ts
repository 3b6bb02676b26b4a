import type { Fields } from '../fields.ts';

/**
 * Prices that LiteLLM takes from the params alone: it drops them from the info that a client sends, and mirrors those of
 * the params there (`MirroredPricingParams`, 1.106).
 */
export const MIRRORED_PRICES = [
  'input_cost_per_token',
  'output_cost_per_token',
  'input_cost_per_character',
  'output_cost_per_character',
  'cache_read_input_token_cost',
  'cache_creation_input_token_cost',
] as const;

/** The prices that stand in a row's params. */
export function pricesIn(params: Fields): Fields {
  return Object.fromEntries(MIRRORED_PRICES.filter((key) => key in params).map((key) => [key, params[key]]));
}
