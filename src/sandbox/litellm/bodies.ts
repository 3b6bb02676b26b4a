import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type Fields, isFields, textAt, without } from '../fields.ts';
import { internalError, type Refusal, unprocessable } from './errors.ts';
import { MIRRORED_PRICES } from './prices.ts';
import { DELETE_BODY, INFO_BODY, NEW_BODY, PATCH_BODY } from './schemas.ts';

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

/** Params that LiteLLM writes into every new row (`GenericLiteLLMParams`, 1.106). */
const PARAM_DEFAULTS: Fields = {
  allow_client_keepalive_override: false,
  use_in_pass_through: false,
  use_litellm_proxy: false,
  use_xai_oauth: false,
  merge_reasoning_content_in_choices: false,
};

/** Without the keys whose value is null, which LiteLLM ignores; nulls further down are stored. */
function clean(object: Fields): Fields {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined));
}

/** The name that pydantic has for a problem. */
function problemType(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return textAt(issue.params ?? {}, 'type') ?? 'value_error';
  if (issue.code === 'invalid_value') return 'literal_error';
  if (issue.code !== 'invalid_type') return issue.code;
  const names: Readonly<Record<string, string>> = { object: 'model', array: 'list', boolean: 'bool' };
  return `${names[issue.expected] ?? issue.expected}_type`;
}

function problem(error: z.ZodError): Refusal {
  return unprocessable(
    error.issues.map((issue) => {
      const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
      return {
        type: isMissing ? 'missing' : problemType(issue),
        loc: ['body', ...issue.path.map((step) => (typeof step === 'symbol' ? step.toString() : step))],
        msg: isMissing
          ? 'Field required'
          : issue.message.replace(/^Invalid input: expected (\w+).*/, 'Input should be a valid $1'),
      };
    }),
  );
}

function checked<T>(schema: z.ZodType<T>, body: Fields): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw problem(parsed.error);
  return parsed.data;
}

function readJson(text: string): Fields {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw unprocessable([{ type: 'json_invalid', loc: ['body', 1], msg: 'JSON decode error' }]);
  }
  if (!isFields(body)) throw internalError();
  return body;
}

/**
 * Reads the body of `POST /model/new`. Throws the 422 for a wrong type, and a bare 500 when the name or the params are
 * missing: LiteLLM stumbles there. What is wrong with the info is said first and alone, as if it were the body.
 */
export function readNew(text: string): NewModel {
  const fields = readJson(text);
  if (fields.model_name === undefined || fields.litellm_params === undefined) throw internalError();
  if (isFields(fields.model_info)) checked(INFO_BODY, fields.model_info);
  const body = checked(NEW_BODY, fields);
  const info = clean(body.model_info ?? {});
  const id = typeof info.id === 'string' ? info.id : randomUUID();
  return {
    id,
    name: body.model_name,
    params: { ...PARAM_DEFAULTS, ...clean(body.litellm_params) },
    info: { member_auto_router: false, ...without(info, ...MIRRORED_PRICES), id, db_model: false },
    blocked: body.blocked ?? false,
  };
}

/** Reads the body of `PATCH /model/{id}/update`. Throws the 422 for a wrong shape. */
export function readPatch(text: string): ModelPatch {
  const body = checked(PATCH_BODY, readJson(text));
  const info = body.model_info ? clean(body.model_info) : undefined;
  return {
    name: body.model_name ?? undefined,
    params: clean(body.litellm_params ?? {}),
    info: info && { id: randomUUID(), ...without(info, ...MIRRORED_PRICES) },
    blocked: body.blocked ?? undefined,
  };
}

/** Reads the body of `POST /model/delete`. Throws the 422 for a wrong shape. */
export function readDelete(text: string): string {
  return checked(DELETE_BODY, readJson(text)).id;
}
