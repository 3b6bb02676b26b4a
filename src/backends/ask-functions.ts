import { z } from 'zod';
import type { BackendEntry } from '../sources/index.ts';
import { BackendError } from './errors.ts';
import type { BackendHttp } from './http.ts';

/** A model may have to be loaded first. In milliseconds. */
const PATIENCE_MS = 120_000;

const QUESTION = {
  messages: [{ role: 'user', content: 'What time is it in Paris now? Use the tool.' }],
  tools: [
    {
      type: 'function',
      function: {
        name: 'current_time',
        description: 'The current time in a city.',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    },
  ],
  tool_choice: 'auto',
  max_tokens: 256,
} as const;

/** Servers that know of no tools leave `tool_calls` out, or say null (vLLM, Ollama). */
const Answer = z.object({
  choices: z.array(z.object({ message: z.object({ tool_calls: z.array(z.unknown()).nullish() }) })).min(1),
});

/**
 * Finds out by one small call whether a model calls functions: what a server refuses to do with tools it cannot do.
 *
 * @throws BackendError where the answer says nothing
 */
export async function askFunctions(
  http: BackendHttp,
  { name, url }: BackendEntry,
  model: string,
  key: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { status, body } = await http.call({
    backend: name,
    method: 'POST',
    url: `${url}/chat/completions`,
    key,
    body: { model, ...QUESTION },
    timeoutMs: PATIENCE_MS,
    signal,
  });
  // vLLM without a parser for tool calls (400); what knows no such call.
  if (status === 400 || status === 422) return false;
  if (status !== 200) throw new BackendError(name, 'server-error', `status ${status}`);
  const answer = Answer.safeParse(body);
  if (!answer.success) throw new BackendError(name, 'nonsense');
  return answer.data.choices.some(({ message }) => (message.tool_calls ?? []).length > 0);
}
