import { z } from 'zod';
import { RIGHTS_RULES } from '../../registration/index.ts';

/** A model that an object would be in LiteLLM. */
const ExplainedModel = z.strictObject({
  name: z.string().describe('The public name: what LiteLLM’s clients ask for.'),
  model: z.string().describe('LiteLLM’s provider and the served name, for example hosted_vllm/qwen3-8b.'),
  basePath: z
    .string()
    .describe('The path of the OpenAI API on the service; its address is known when the object is Ready.'),
  params: z.record(z.string(), z.json()).describe('Further litellm_params; "(hidden)" stands for what LiteLLM hides.'),
  info: z.record(z.string(), z.json()).describe('model_info: mode, max_tokens and the like.'),
});

/** What is wrong with an object. */
const Problem = z.strictObject({
  reason: z.string(),
  message: z.string(),
  rule: z.enum(RIGHTS_RULES).optional().describe('The rule of the file of --config that it breaks.'),
});

const ExplainedObject = z.strictObject({
  source: z.string().describe('kind/namespace/name'),
  file: z.string(),
  state: z
    .enum(['serve', 'hold', 'withdraw', 'ignore', 'invalid'])
    .describe('What the object would mean: to be registered, to wait, to be taken out, not ours, refused.'),
  why: z.string().optional(),
  models: z.array(ExplainedModel),
  apiKeySecret: z.string().optional().describe('The Secret that holds the backend’s key: name, or name/entry.'),
  problems: z.array(Problem).describe('What would be refused.'),
  warnings: z.array(Problem),
  notes: z.array(z.string()).describe('What was supposed.'),
});
export type ExplainedObject = z.output<typeof ExplainedObject>;

/** What `explain -o json` prints. */
export const ExplainDocument = z.strictObject({
  objects: z.array(ExplainedObject),
  others: z
    .record(z.string(), z.int())
    .describe('Objects of other kinds, which are passed over: how many of each kind.'),
  refused: z.int().describe('How many objects would be refused, whole or in part.'),
  unread: z.array(z.string()).describe('What of the input could not be read, and why: a sentence each.'),
});
export type ExplainDocument = z.output<typeof ExplainDocument>;
