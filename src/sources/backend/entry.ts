import { z } from 'zod';
import {
  holdsNull,
  type Json,
  MAX_PATTERN_LENGTH,
  MODES,
  neverKept,
  openAiBaseProblem,
  type RightsPlace,
  readDuration,
  readTags,
  textProblem,
} from '../../registration/index.ts';
import { readYaml, type YamlReading } from '../../yaml/index.ts';
import { TEMPLATE_PARTS, templateProblem } from './template.ts';

/** What follows from other parts of an entry, or would lead elsewhere. */
const SET_ELSEWHERE: Readonly<Record<RightsPlace, ReadonlyMap<string, string>>> = {
  params: new Map([
    ['model', 'it follows from provider and the model’s id'],
    ['api_base', 'it is url'],
    ['base_url', 'it is url'],
    ['api_key', 'use api-key-file'],
    ['custom_llm_provider', 'use provider'],
    ['litellm_credential_name', 'use api-key-file'],
    ['tags', 'use tags'],
  ]),
  info: new Map([
    ['mode', 'use modes'],
    ['notes', 'use notes'],
    ['access_groups', 'use access-groups'],
    ['blocked', 'take the model out, or block it in LiteLLM'],
  ]),
};

const MAX_INTERVAL_MS = 3_600_000;
const MAX_TIMEOUT_MS = 120_000;

const pattern = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(MAX_PATTERN_LENGTH, 'must not be longer than 256 characters');
const patterns = z
  .array(pattern, 'must be a list of patterns such as "llama*"')
  .max(256, 'must hold at most 256 patterns');
const line = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(4_096, 'must not be longer than 4096 characters')
  .refine((text) => !textProblem(text), 'must be plain text');

const json: z.ZodType<Json> = z.json();

/** What LiteLLM stores as it is, under keys that nothing else sets. */
function settings(place: RightsPlace) {
  return z.record(z.string(), json, 'must be settings by name').superRefine((map, context) => {
    for (const [key, value] of Object.entries(map)) {
      const why = neverKept(place, key) ?? SET_ELSEWHERE[place].get(key);
      if (holdsNull(value))
        context.addIssue({ code: 'custom', path: [key], message: 'must hold no null, which LiteLLM does not keep' });
      if (why) context.addIssue({ code: 'custom', path: [key], message: `must not be set here: ${why}` });
    }
  });
}

/** @param most - in milliseconds */
function durationUpTo(most: number, example: string) {
  const message = `must be a duration from 1s to ${most / 1_000}s, such as ${example}`;
  return z.string(message).transform((text, context) => {
    const ms = readDuration(text);
    if (ms !== undefined && ms >= 1_000 && ms <= most) return ms;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** The address that LiteLLM calls, and whose `/models` is asked: no credentials, no query, a plain path, no slash at its end. */
const url = z.string('must be an http:// or https:// address').transform((text, context) => {
  const read = URL.parse(text);
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!read || !/^https?:$/.test(read.protocol)) return refuse('must be an http:// or https:// address');
  if (read.username || read.password || read.search || read.hash)
    return refuse('must not hold credentials, a query or a fragment: a key belongs in api-key-file');
  const path = openAiBaseProblem(read.pathname);
  if (path) return refuse(`must have a plain path: ${path}`);
  return `${read.origin}${read.pathname}`.replace(/\/+$/, '');
});

const list = z.array(line, 'must be a list').max(32, 'must hold at most 32');
const tags = list.superRefine((some, context) => {
  const { problems } = readTags(some.join(','));
  if (some.length > 0 && problems.length > 0)
    context.addIssue({ code: 'custom', message: `must be plain tags: ${problems.join('; ')}` });
});

/** One backend as an administrator lists it. */
const Entry = z.strictObject({
  name: z
    .string('must be a name')
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and "-", up to 63')
    .describe('Stands in ids, logs and metrics. Another name is another backend, with rows of its own.'),
  url: url.describe('The OpenAI base: LiteLLM calls it, and /models below it is asked.'),
  'api-key-file': line.optional().describe('A file that holds the key, read anew every few seconds.'),
  interval: durationUpTo(MAX_INTERVAL_MS, '60s').default(60_000).describe('How often it is asked.'),
  timeout: durationUpTo(MAX_TIMEOUT_MS, '10s').default(10_000).describe('How long an answer may take.'),
  include: patterns.optional().describe('The model ids that count; all without it.'),
  exclude: patterns.default([]).describe('Of those, the model ids that do not count.'),
  'model-name': z
    .string('must be text')
    .superRefine((text, context) => {
      const message = templateProblem(text);
      if (message) context.addIssue({ code: 'custom', message });
    })
    .default('{id}')
    .describe(`The public name, with ${TEMPLATE_PARTS} in it.`),
  provider: z
    .string('must be the name of a provider of LiteLLM')
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be the name of a provider of LiteLLM, such as hosted_vllm or openai')
    .default('hosted_vllm')
    .describe('LiteLLM’s provider prefix.'),
  modes: z
    .array(
      z.strictObject({ match: pattern, mode: z.enum(MODES, `must be one of ${MODES.join(', ')}`) }),
      'must be a list of match and mode',
    )
    .max(256, 'must hold at most 256 rules')
    .default([])
    .describe('LiteLLM’s mode by the model’s id; the first pattern that matches counts.'),
  'litellm-params': settings('params').default({}).describe('Further litellm_params of each model.'),
  'model-info': settings('info').default({}).describe('Further model_info of each model.'),
  tags: tags.default([]),
  'access-groups': list.default([]).describe('LiteLLM’s access groups that each model belongs to.'),
  notes: line.optional(),
  litellm: line
    .optional()
    .describe('Which of the LiteLLMs gets its models, where --config lists several; default without it.'),
  cleanup: z
    .enum(['withdraw', 'retain'], 'must be withdraw or retain')
    .default('withdraw')
    .describe('What becomes of its models when it is taken out of the file.'),
  probe: z
    .boolean('must be true or false')
    .default(false)
    .describe('Find out whether a new model calls functions, by one small call to it.'),
});

/** One backend as an administrator lists it, checked; durations in milliseconds. */
export type BackendEntry = z.output<typeof Entry>;

/** The whole file of `--backends`. */
export const BackendsFile = z.strictObject({
  backends: z
    .array(Entry, 'must be a list of backends, each with name and url')
    .max(1_000, 'must hold at most 1000 backends')
    .superRefine((entries, context) => {
      const names = entries.map(({ name }) => name);
      names.forEach((name, index) => {
        if (names.indexOf(name) < index)
          context.addIssue({ code: 'custom', path: [index, 'name'], message: 'must not be the name of two backends' });
      });
    }),
});

/**
 * Reads the file of `--backends`. One without a word in it is a problem: it is mostly one that is just being written, and says
 * nothing; who wants no backends writes `backends: []`.
 *
 * @param file - its path, for the problems
 */
export function readBackends(text: string, file: string): YamlReading<readonly BackendEntry[]> {
  const read = readYaml(text, BackendsFile.nullable(), file);
  if ('problems' in read) return read;
  if (read.value) return { ...read, value: read.value.backends };
  return { problems: [`${file}:1: the file is empty: to list no backends, write "backends: []"`] };
}
