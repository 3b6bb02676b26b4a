import { z } from 'zod';
import { textProblem } from './plain-text.ts';
import type { Json } from './registration.ts';

/** One key that a tenant may set in LiteLLM's `litellm_params` or `model_info`. */
export interface PassThrough {
  key: string;
  meaning: string;
  /** What a value may be, for people. */
  allowed: string;
  schema: z.ZodType<Json>;
}

const MAX_COUNT = 2 ** 31 - 1;

const count = z.int().min(1).max(MAX_COUNT);
const seconds = z.number().positive().max(86_400);
const dollars = z.number().min(0).max(1_000);
const A_COUNT = `a whole number from 1 to ${MAX_COUNT}`;
const SECONDS = 'seconds, more than 0 and up to 86400';
const DOLLARS = 'US dollars, from 0 to 1000';
const A_SWITCH = 'true or false';
const A_LINE = 'one line of up to 500 characters';

const line = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => !textProblem(text));
const names = z
  .array(
    z
      .string()
      .min(1)
      .max(100)
      .refine((text) => !textProblem(text)),
  )
  .min(1)
  .max(32);

const row = (key: string, meaning: string, allowed: string, schema: z.ZodType<Json>): PassThrough => ({
  key,
  meaning,
  allowed,
  schema,
});
const price = (key: string, of: string): PassThrough => row(key, `the price of ${of}`, DOLLARS, dollars);
const ability = (key: string, what: string): PassThrough => row(`supports_${key}`, what, A_SWITCH, z.boolean());

/**
 * The parameters that may stand in `litellm-params`. None of them tells LiteLLM where to send a call, with which credential, through
 * which code, or to which other model. Names as in LiteLLM 1.106.0, `types/router.py` and `types/utils.py`.
 */
export const PASS_THROUGH_PARAMS: readonly PassThrough[] = [
  row('rpm', 'calls a minute', A_COUNT, count),
  row('tpm', 'tokens a minute', A_COUNT, count),
  row('max_parallel_requests', 'calls at a time', A_COUNT, count),
  row('timeout', 'how long a call may take', SECONDS, seconds),
  row('stream_timeout', 'how long a streamed call may take', SECONDS, seconds),
  row('max_retries', 'how often a failed call is tried again', 'a whole number from 0 to 10', z.int().min(0).max(10)),
  row(
    'weight',
    'the share of calls among the entries of one name',
    'a number from 0 to 1000',
    z.number().min(0).max(1_000),
  ),
  row(
    'order',
    'which entries of one name are called first',
    'a whole number from 1 to 1000',
    z.int().min(1).max(1_000),
  ),
  row('drop_params', 'leave out what the backend does not support', A_SWITCH, z.boolean()),
  row('additional_drop_params', 'further parameters of a call to leave out', 'a list of 1 to 32 names', names),
  row('merge_reasoning_content_in_choices', 'put what a model thinks into its answer', A_SWITCH, z.boolean()),
  row('supports_system_message', 'false: system messages are sent as those of the user', A_SWITCH, z.boolean()),
  price('input_cost_per_token', 'a token that is sent'),
  price('output_cost_per_token', 'a token that is answered'),
  price('cache_read_input_token_cost', 'a token that is read from the cache'),
  price('cache_creation_input_token_cost', 'a token that is put into the cache'),
  price('input_cost_per_character', 'a character that is sent'),
  price('output_cost_per_character', 'a character that is answered'),
  price('input_cost_per_second', 'a second of what is sent'),
  price('output_cost_per_second', 'a second of what is answered'),
  price('input_cost_per_audio_token', 'a token of sound that is sent'),
  price('output_cost_per_audio_token', 'a token of sound that is answered'),
  price('input_cost_per_image', 'an image that is sent'),
  price('output_cost_per_image', 'an image that is answered'),
  price('input_cost_per_query', 'a query'),
];

/** The keys that may stand in `model-info`: what LiteLLM shows or tells about a model, nothing that grants or routes. */
export const PASS_THROUGH_INFO: readonly PassThrough[] = [
  ability('function_calling', 'it calls functions'),
  ability('parallel_function_calling', 'it calls several functions at once'),
  ability('tool_choice', 'the caller can choose the function'),
  ability('response_schema', 'it answers by a JSON schema'),
  ability('native_structured_output', 'it answers in a given structure by itself'),
  ability('system_messages', 'it takes system messages'),
  ability('assistant_prefill', 'it goes on from the beginning of an answer'),
  ability('reasoning', 'it thinks before it answers'),
  ability('vision', 'it takes images'),
  ability('pdf_input', 'it takes PDF files'),
  ability('audio_input', 'it takes sound'),
  ability('audio_output', 'it answers with sound'),
  ability('video_input', 'it takes films'),
  ability('embedding_image_input', 'it embeds images'),
  ability('prompt_caching', 'it caches prompts'),
  ability('native_streaming', 'it streams its answers'),
  ability('web_search', 'it searches the web'),
  ability('url_context', 'it reads the pages behind addresses'),
  row('max_output_tokens', 'the longest answer, in tokens', A_COUNT, count),
  row('output_vector_size', 'the length of an embedding', A_COUNT, count),
  row('description', 'what the model is', A_LINE, line),
  row('display_name', 'what people call it', A_LINE, line),
  row('family', 'the family of models that it belongs to', A_LINE, line),
  row('version', 'its version', A_LINE, line),
  row('license', 'its licence', A_LINE, line),
  row('contact', 'who runs it', A_LINE, line),
  row('knowledge_cutoff', 'up to when it knows', A_LINE, line),
];
