import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Fields, isFields, parseFields, textAt, without } from '../fields.ts';
import { type Refusal, unprocessable } from './errors.ts';

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
  max_retries: WHOLE,
  timeout: z.union([z.number(), z.string()]).nullish(),
  stream_timeout: z.union([z.number(), z.string()]).nullish(),
  organization: TEXT,
  litellm_credential_name: TEXT,
  input_cost_per_token: z.number().nullish(),
  output_cost_per_token: z.number().nullish(),
  use_in_pass_through: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
});
const INFO = z.looseObject({
  id: z.union([z.string(), z.int().transform(String)]).nullish(),
  db_model: z.boolean().nullish(),
  base_model: TEXT,
  tier: z.enum(['free', 'paid']).nullish(),
  team_id: TEXT,
  blocked: z.boolean().nullish(),
});
const NEW = z.object({
  model_name: z.string(),
  litellm_params: PARAMS.extend({ model: z.string() }),
  model_info: INFO.nullish(),
  blocked: z.boolean().nullish(),
});
const PATCH = z.object({
  model_name: TEXT,
  litellm_params: PARAMS.nullish(),
  model_info: INFO.nullish(),
  blocked: z.boolean().nullish(),
});
const DELETE = z.object({ id: z.string() });

/** What `POST /model/new` asks for; the id is made up where none is given. */
export interface NewModel {
  readonly id: string;
  readonly name: string;
  readonly params: Fields;
  readonly info: Fields;
  readonly blocked: boolean;
}

/** What `PATCH /model/{id}/update` asks for. */
export interface ModelPatch {
  readonly name: string | undefined;
  readonly params: Fields;
  /** Undefined when the body has none; LiteLLM makes up an id where it has one without. */
  readonly info: Fields | undefined;
  readonly blocked: boolean | undefined;
}

/** Pricing belongs in the params; in the info it is dropped (`without_server_derived_pricing`). */
const PRICING = [
  'input_cost_per_token',
  'output_cost_per_token',
  'input_cost_per_character',
  'output_cost_per_character',
  'cache_read_input_token_cost',
  'cache_creation_input_token_cost',
];

/** Nulls are ignored at the top level; below it they are kept out as well, as pydantic's `exclude_none` does. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}

function clean(object: Fields): Fields {
  const cleaned = withoutNulls(object);
  return isFields(cleaned) ? cleaned : {};
}

/** The name that pydantic has for a problem. */
function problemType(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return textAt(issue.params ?? {}, 'type') ?? 'value_error';
  if (issue.code !== 'invalid_type') return issue.code;
  const names: Readonly<Record<string, string>> = { object: 'model_attributes', array: 'list', boolean: 'bool' };
  return `${names[issue.expected] ?? issue.expected}_type`;
}

function problem(error: z.ZodError, body: Fields): Refusal {
  return unprocessable(
    error.issues.map((issue) => {
      const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
      return {
        type: isMissing ? 'missing' : problemType(issue),
        loc: ['body', ...issue.path.map((step) => (typeof step === 'symbol' ? step.toString() : step))],
        msg: isMissing
          ? 'Field required'
          : issue.message.replace(/^Invalid input: expected (\w+).*/, 'Input should be a valid $1'),
        input: isMissing ? body : null,
      };
    }),
  );
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  const body = parseFields(text);
  if (!body) {
    throw unprocessable([{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {} }]);
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw problem(parsed.error, body);
  return parsed.data;
}

/** Reads the body of `POST /model/new`. Throws the 422 for a wrong shape. */
export function readNew(text: string): NewModel {
  const body = read(NEW, text);
  const info = clean(body.model_info ?? {});
  const id = typeof info.id === 'string' ? info.id : randomUUID();
  return {
    id,
    name: body.model_name,
    params: clean(body.litellm_params),
    info: { ...without(info, ...PRICING), id, db_model: false },
    blocked: body.blocked ?? false,
  };
}

/** Reads the body of `PATCH /model/{id}/update`. Throws the 422 for a wrong shape. */
export function readPatch(text: string): ModelPatch {
  const body = read(PATCH, text);
  const info = body.model_info ? clean(body.model_info) : undefined;
  return {
    name: body.model_name ?? undefined,
    params: clean(body.litellm_params ?? {}),
    info: info && { id: randomUUID(), ...without(info, ...PRICING) },
    blocked: body.blocked ?? undefined,
  };
}

/** Reads the body of `POST /model/delete`. Throws the 422 for a wrong shape. */
export function readDelete(text: string): string {
  return read(DELETE, text).id;
}
