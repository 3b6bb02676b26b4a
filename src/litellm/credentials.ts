import { z } from 'zod';
import { LiteLlmError } from './errors.ts';
import type { Http } from './http.ts';

/** A list is believed for so long where an object is looked at, in milliseconds. */
const BELIEVED_MS = 5_000;

/** After so long a second list is worth reading, in milliseconds. */
export const CREDENTIALS_AGAIN_MS = BELIEVED_MS + 1_000;

/**
 * - `missing`: two lists in a row lack it. LiteLLM runs calls without it then, with a key of its own environment (read in LiteLLM 1.106.0).
 * - `keyless`: it holds no `api_key`, which comes to the same.
 * - `doubtful`: one list lacks it, which comes from the memory of one process: that may have just started.
 */
export type CredentialState = 'known' | 'missing' | 'keyless' | 'doubtful' | 'unread';

/** The names of the credentials that LiteLLM keeps, as they were read last. */
export interface Credentials {
  look(name: string): CredentialState;
  /** Why they could not be read the last time, as a sentence without its full stop; undefined where they could. */
  fault(): string | undefined;
  /** Reads them anew, unless they were read a moment ago. Where that fails, what was read last counts. */
  read(signal?: AbortSignal): Promise<void>;
}

/** The values are masked: whether there is one can be told, and nothing else is kept of them. */
const Credential = z.object({
  credential_name: z.string(),
  credential_values: z.record(z.string(), z.unknown()).nullish(),
});
const Answer = z.object({ credentials: z.array(Credential) });

type List = ReadonlyMap<string, 'known' | 'keyless'>;

/** @param now - a clock that never goes back, in milliseconds */
export function createCredentials(http: Pick<Http, 'call'>, now: () => number = () => performance.now()): Credentials {
  /** The last list, and the one before. */
  let last: List | undefined;
  let before: List | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let fault: string | undefined;

  async function read(signal?: AbortSignal): Promise<void> {
    if (readAt + BELIEVED_MS > now()) return;
    try {
      const list = await ask(http, signal);
      [before, last, fault] = [last, list, undefined];
      readAt = now();
    } catch (error) {
      // What else ends a call is that it was given up.
      if (error instanceof LiteLlmError) fault = error.message;
    }
  }

  function look(name: string): CredentialState {
    if (!last) return 'unread';
    const state = last.get(name);
    if (state) return state;
    return before && !before.has(name) ? 'missing' : 'doubtful';
  }

  return { look, fault: () => fault, read };
}

/** @throws LiteLlmError */
async function ask(http: Pick<Http, 'call'>, signal?: AbortSignal): Promise<List> {
  const { status, body } = await http.call({ operation: 'credentials', method: 'GET', path: '/credentials', signal });
  if (status === 401) throw new LiteLlmError('unauthorized', { status });
  if (status === 403) throw new LiteLlmError('forbidden', { status });
  const answer = Answer.safeParse(body);
  if (status !== 200 || !answer.success) throw new LiteLlmError('unreadable', { status });
  return new Map(
    answer.data.credentials.map(({ credential_name: name, credential_values: values }) => [
      name,
      holdsKey(values?.api_key) ? 'known' : 'keyless',
    ]),
  );
}

/** An empty key is listed as stars alone, as one of up to four characters is (measured on 1.106.0): that is none either. */
function holdsKey(masked: unknown): boolean {
  return typeof masked === 'string' && /[^*]/.test(masked);
}
