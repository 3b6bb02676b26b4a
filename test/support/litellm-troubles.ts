import type { LiteLlmErrorCode } from '../../src/litellm/index.ts';
import type { Fault } from '../bed/index.ts';

/** Something that ails LiteLLM as a whole, so that nothing of what is asked for is done. */
export interface Trouble {
  what: string;
  fault: Fault;
  /** What it is called in the log: one of these. */
  codes: LiteLlmErrorCode[];
  /** What `/readyz` says. */
  says: RegExp;
}

const html = (status: number, text: string): Fault => ({
  kind: 'answer',
  status,
  body: `<!doctype html><html><title>${text}</title></html>`,
  headers: { 'content-type': 'text/html' },
});

const row = {
  model_name: 'x',
  litellm_params: { model: 'openai/x' },
  model_info: { id: 'x', notes: 'x'.repeat(1_000) },
};

/** The faults of LiteLLM and of what stands before it, for tests on the sandbox and on the real one. */
export const TROUBLES: readonly Trouble[] = [
  { what: 'it hangs: accepts and never answers', fault: { kind: 'hang' }, codes: ['timeout'], says: /in time/ },
  { what: 'it cuts each call', fault: { kind: 'cut' }, codes: ['unreachable'], says: /cannot be reached/ },
  {
    what: '401: the key is refused',
    fault: { kind: 'answer', status: 401, body: { error: { message: 'Authentication Error, x', type: 'auth_error' } } },
    codes: ['unauthorized'],
    says: /refused the key/,
  },
  {
    what: '403: the key may not',
    fault: { kind: 'answer', status: 403, body: { detail: { error: 'x' } } },
    codes: ['forbidden'],
    says: /does not let this key/,
  },
  {
    what: '429',
    fault: { kind: 'answer', status: 429, body: { error: { message: 'x' } }, headers: { 'retry-after': '1' } },
    codes: ['too-many-requests'],
    says: /fewer requests/,
  },
  { what: '503', fault: { kind: 'answer', status: 503, body: '' }, codes: ['unavailable'], says: /503/ },
  { what: 'an ingress answers HTML with 502', fault: html(502, 'Bad Gateway'), codes: ['unavailable'], says: /502/ },
  {
    what: 'an ingress answers HTML with 200',
    fault: html(200, 'Welcome'),
    codes: ['unreadable'],
    says: /not one of LiteLLM’s/,
  },
  {
    what: 'an answer that never ends, of rows',
    fault: { kind: 'endless', begin: '{"data": [', again: `${JSON.stringify(row)},`.repeat(64) },
    codes: ['unreadable', 'timeout'],
    says: /too long|in time/,
  },
  {
    what: 'an answer that never ends, of blanks',
    fault: { kind: 'endless', begin: '{"data": [', again: ' '.repeat(64 * 1024) },
    codes: ['unreadable', 'timeout'],
    says: /too long|in time|not one/,
  },
];
