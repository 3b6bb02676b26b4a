import { z } from 'zod';

const TEXT = z.string().nullish();
/** A whole number; pydantic takes one in quotes, too. */
const WHOLE = z
  .unknown()
  .transform((value, context) => {
    if (value === null || value === undefined) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number)) return number;
    const type = typeof value === 'string' ? 'int_parsing' : 'int_type';
    context.addIssue({ code: 'custom', message: 'Input should be a valid integer', params: { type } });
    return z.NEVER;
  })
  .optional();

const PARAMS = z.looseObject({
  model: TEXT,
  api_key: TEXT,
  api_base: TEXT,
  api_version: TEXT,
  custom_llm_provider: TEXT,
  rpm: WHOLE,
  tpm: WHOLE,
  timeout: z.union([z.number(), z.string()]).nullish(),
  stream_timeout: z.union([z.number(), z.string()]).nullish(),
  organization: TEXT,
  litellm_credential_name: TEXT,
  input_cost_per_token: z.number().nullish(),
  output_cost_per_token: z.number().nullish(),
  use_in_pass_through: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
});
/** The info of a model, as far as LiteLLM 1.106 checks it. */
export const INFO_BODY = z.looseObject({
  id: z.preprocess((id) => (Number.isInteger(id) ? String(id) : id), z.string().nullish()),
  db_model: z.boolean().nullish(),
  base_model: TEXT,
  tier: z.enum(['free', 'paid']).nullish(),
  team_id: TEXT,
  blocked: z.boolean().nullish(),
});
/** The body of `POST /model/new`, as far as LiteLLM 1.106 checks it. */
export const NEW_BODY = z.object({
  model_name: z.string(),
  litellm_params: PARAMS.extend({ model: z.string() }),
  model_info: INFO_BODY.nullish(),
  blocked: z.boolean().nullish(),
});
/** The body of `PATCH /model/{id}/update`, as far as LiteLLM 1.106 checks it. */
export const PATCH_BODY = z.object({
  model_name: TEXT,
  litellm_params: PARAMS.nullish(),
  model_info: INFO_BODY.nullish(),
  blocked: z.boolean().nullish(),
});
/** The body of `POST /model/delete`, as far as LiteLLM 1.106 checks it. */
export const DELETE_BODY = z.object({ id: z.string() });
