import { z } from 'zod';
import { LiteLlmError } from './errors.ts';
import type { Http } from './http.ts';

/** A list is believed for so long where an object is looked at, in milliseconds. */
const BELIEVED_MS = 5_000;

/**
 * - `missing`: two lists in a row lack it. LiteLLM runs calls without it then, with a key of its own environment (read in LiteLLM 1.106.0).
 * - `doubtful`: one list lacks it, which comes from the memory of one process: it may have just started.
 * - `unread`: `why` it could not be read, where it was tried.
 */
export type CredentialState = { state: 'known' | 'missing' | 'doubtful' } | { state: 'unread'; why?: string };

/** The names of the credentials that LiteLLM keeps, as they were read last. */
export interface Credentials {
  look(name: string): CredentialState;
  /** Reads them anew, unless they were read a moment ago. Where they cannot be read, what was read before counts. */
  read(signal?: AbortSignal): Promise<void>;
}

/** After so long a second list is worth reading, in milliseconds. */
export const CREDENTIALS_AGAIN_MS = BELIEVED_MS + 1_000;

const Answer = z.object({ credentials: z.array(z.object({ credential_name: z.string() })) });

/** @param now - a clock that never goes back, in milliseconds */
export function createCredentials(http: Pick<Http, 'call'>, now: () => number = () => performance.now()): Credentials {
  /** The last list, and the one before. */
  let names: ReadonlySet<string> | undefined;
  let before: ReadonlySet<string> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let trouble: string | undefined;

  async function read(signal?: AbortSignal): Promise<void> {
    if (readAt + BELIEVED_MS > now()) return;
    try {
      const found = await list(signal);
      [before, names, trouble] = [names, found, undefined];
      readAt = now();
    } catch (error) {
      trouble = error instanceof LiteLlmError ? error.message : 'LiteLLM did not answer in time';
    }
  }

  async function list(signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
    const { status, body } = await http.call({ operation: 'credentials', method: 'GET', path: '/credentials', signal });
    const answer = Answer.safeParse(body);
    if (status !== 200 || !answer.success) throw new LiteLlmError('unreadable', { status });
    return new Set(answer.data.credentials.map((one) => one.credential_name));
  }

  function look(name: string): CredentialState {
    if (!names) return { state: 'unread', ...(trouble !== undefined && { why: trouble }) };
    if (names.has(name)) return { state: 'known' };
    return { state: before && !before.has(name) ? 'missing' : 'doubtful' };
  }

  return { look, read };
}
