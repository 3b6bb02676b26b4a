import { type BackendEntry, type ListedModel, readModels } from '../sources/index.ts';
import { BackendError } from './errors.ts';
import type { BackendHttp } from './http.ts';

/**
 * Asks a backend for its models.
 *
 * @returns `unfit`: how many there are beside whose ids cannot be used
 *
 * @throws BackendError where it does not say, or says that there is none
 */
export async function askModels(
  http: BackendHttp,
  { name, url, timeout: timeoutMs }: BackendEntry,
  key: string | undefined,
  signal: AbortSignal,
): Promise<{ models: readonly ListedModel[]; unfit: number }> {
  const call = { backend: name, method: 'GET', url: `${url}/models`, key, timeoutMs, signal } as const;
  const { status, body } = await http.call(call);
  if (status === 401 || status === 403) throw new BackendError(name, 'refused-key', `status ${status}`);
  if (status !== 200) throw new BackendError(name, 'server-error', `status ${status}`);
  const answer = readModels(body);
  if ('nothing' in answer) throw new BackendError(name, answer.nothing);
  return answer;
}
