import { randomBytes } from 'node:crypto';
import type { ModelPatch, NewModel } from './bodies.ts';
import type { Row } from './database.ts';
import { pricesIn } from './prices.ts';

/** Who LiteLLM says wrote a row, when the key has no user. */
const WRITER = 'default_user_id';

/** The row that a new model is stored as. */
export function newRow(model: NewModel): Row {
  const at = new Date().toISOString();
  return {
    model_id: model.id,
    model_name: model.name,
    litellm_params: model.params,
    model_info: { ...model.info, ...pricesIn(model.params) },
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
    model_info: { ...row.model_info, ...patch.info, ...pricesIn(params) },
    blocked: patch.blocked ?? row.blocked,
    updated_at: new Date().toISOString(),
    updated_by: WRITER,
  };
}

/** A row as the answer to a write shows it: every text in the params is ciphertext, which says nothing. */
export function encryptedRow(row: Row): Row {
  const params = Object.entries(row.litellm_params).map(([key, value]) => [
    key,
    typeof value === 'string' ? randomBytes(value.length + 28).toString('base64url') : value,
  ]);
  return { ...row, litellm_params: Object.fromEntries(params) };
}
