import { z } from 'zod';
import { servedNameProblem } from '../../registration/index.ts';
import { list } from '../lenient.ts';

/** A model as a backend lists it. */
export interface ListedModel {
  id: string;
  /** In tokens, where the backend tells it. */
  maxModelLen?: number;
}

/** Most models of one backend that are taken. */
const MAX_MODELS = 2_000;

const length = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
  .optional()
  .catch(undefined);

/**
 * An answer of `GET /models`. vLLM tells `max_model_len` (`ModelCard` in its OpenAI protocol), and of a LoRA adapter its `parent`, whose
 * length is the adapter's; Ollama and KServe's Hugging Face server tell no length.
 */
const Answer = z.object({
  data: z.array(z.unknown()),
});

const models = list(
  z.object({ id: z.string(), max_model_len: length, parent: z.string().optional().catch(undefined) }),
);

/** What an answer came to. */
export type ModelsAnswer =
  | { models: readonly [ListedModel, ...ListedModel[]] /** Ids that cannot be registered. */; unfit: number }
  /** It lists none, or is no such answer: then nothing is known. */
  | { nothing: 'empty' | 'nonsense' };

/** Reads an answer; models whose id cannot be used are left out and counted. */
export function readModels(body: unknown): ModelsAnswer {
  const answer = Answer.safeParse(body);
  if (!answer.success) return { nothing: 'nonsense' };
  const listed = models.parse(answer.data.data);
  const lengths = new Map(listed.map(({ id, max_model_len }) => [id, max_model_len]));
  const fit = new Map<string, ListedModel>();
  for (const { id, max_model_len, parent } of listed) {
    if (servedNameProblem(id) || fit.size >= MAX_MODELS) continue;
    const maxModelLen = max_model_len ?? (parent === undefined ? undefined : lengths.get(parent));
    fit.set(id, { id, ...(maxModelLen !== undefined && { maxModelLen }) });
  }
  const [first, ...rest] = fit.values();
  if (first) return { models: [first, ...rest], unfit: answer.data.data.length - fit.size };
  return { nothing: answer.data.data.length === 0 ? 'empty' : 'nonsense' };
}
