import { z } from 'zod';
import { LiteLlmError } from './errors.ts';
import type { Http } from './http.ts';

/** A list is believed for so long where an object is looked at, in milliseconds. */
const BELIEVED_MS = 5_000;

/** `missing`: LiteLLM does not have it, and would run calls without it, with a key of its own environment (read in LiteLLM 1.106.0). */
export type CredentialState = 'known' | 'missing' | 'unread';

/** The names of the credentials that LiteLLM keeps, as they were read last. */
export interface Credentials {
  look(name: string): CredentialState;
  /**
   * Reads them anew, unless they were read a moment ago.
   *
   * @throws LiteLlmError
   */
  read(signal?: AbortSignal): Promise<void>;
}

const Answer = z.object({ credentials: z.array(z.object({ credential_name: z.string() })) });

/** @param now - a clock that never goes back, in milliseconds */
export function createCredentials(http: Pick<Http, 'call'>, now: () => number = () => performance.now()): Credentials {
  let names: ReadonlySet<string> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  async function read(signal?: AbortSignal): Promise<void> {
    if (readAt + BELIEVED_MS > now()) return;
    const { status, body } = await http.call({ operation: 'credentials', method: 'GET', path: '/credentials', signal });
    const answer = Answer.safeParse(body);
    if (status !== 200 || !answer.success) throw new LiteLlmError('unreadable', { status });
    names = new Set(answer.data.credentials.map((one) => one.credential_name));
    readAt = now();
  }

  return { look: (name) => (names ? (names.has(name) ? 'known' : 'missing') : 'unread'), read };
}
