import type { Fields } from '../fields.ts';
import type { ModelPatch, NewModel } from './bodies.ts';
import type { Row } from './database.ts';

/** Who LiteLLM says wrote a row, when the key has no user. */
const WRITER = 'default_user_id';

/** Prices of the params that LiteLLM mirrors into the info (`MirroredPricingParams`, 1.106). */
const MIRRORED = [
  'input_cost_per_token',
  'output_cost_per_token',
  'input_cost_per_character',
  'output_cost_per_character',
  'cache_read_input_token_cost',
  'cache_creation_input_token_cost',
];

function mirroredPrices(params: Fields): Fields {
  return Object.fromEntries(MIRRORED.filter((key) => key in params).map((key) => [key, params[key]]));
}

/** The row that a new model is stored as. */
export function newRow(model: NewModel): Row {
  const at = new Date().toISOString();
  return {
    model_id: model.id,
    model_name: model.name,
    litellm_params: model.params,
    model_info: { ...model.info, ...mirroredPrices(model.params) },
    blocked: model.blocked,
    created_at: at,
    created_by: WRITER,
    updated_at: at,
    updated_by: WRITER,
  };
}

/** A row after a patch: params and info are merged at their top level, what lies below is replaced whole. */
export function patchedRow(row: Row, patch: ModelPatch): Row {
  const params = { ...row.litellm_params, ...patch.params };
  return {
    ...row,
    model_name: patch.name ?? row.model_name,
    litellm_params: params,
    model_info: { ...row.model_info, ...patch.info, ...mirroredPrices(params) },
    blocked: patch.blocked ?? row.blocked,
    updated_at: new Date().toISOString(),
    updated_by: WRITER,
  };
}

/** A row as the answer to a write shows it: every text in the params is the ciphertext that the database holds. */
export function encryptedRow(row: Row): Row {
  const params = Object.entries(row.litellm_params).map(([key, value]) => [
    key,
    typeof value === 'string' ? `v3:gcm:${Buffer.from(key).toString('base64')}` : value,
  ]);
  return { ...row, litellm_params: Object.fromEntries(params) };
}
