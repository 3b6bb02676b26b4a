import type { Fields } from '../fields.ts';
import type { Answer } from '../server.ts';

/** A refusal of LiteLLM, in one of the many shapes that its errors have. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: Answer;

  constructor(status: number, body: unknown) {
    super(`LiteLLM refuses with ${status}`);
    this.answer = { status, body };
  }
}

/** A text as Python prints it within a dict: LiteLLM's messages hold such prints. */
function pythonText(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}

/** The envelope of a ProxyException: `{"error": {"message", "type", "param", "code"}}`, the code as text. */
export function proxyError(status: number, message: string, type: string, parameter: string | null = null): Refusal {
  return new Refusal(status, { error: { message, type, param: parameter, code: String(status) } });
}

/** What new and delete make of an HTTPException: the envelope, with the detail printed as Python prints a dict. */
export function wrappedDetail(status: number, detail: string): Refusal {
  return proxyError(status, `{'error': ${pythonText(detail)}}`, 'auth_error', 'None');
}

/** An HTTPException as it is: `{"detail": …}`. */
export function plainDetail(status: number, error: string): Refusal {
  return new Refusal(status, { detail: { error } });
}

/** The answer to a body of wrong shape: a list of what is wrong with it. */
export function unprocessable(detail: readonly Fields[]): Refusal {
  return new Refusal(422, { detail });
}

/** What is answered where LiteLLM stumbles over a request. */
export function internalError(): Refusal {
  return new Refusal(500, { error: { message: 'Internal server error', type: 'internal_server_error' } });
}

/** What reads answer while the database cannot be reached. */
export function noDatabase(): Refusal {
  return proxyError(
    503,
    'Service Unavailable, the authentication database is temporarily unreachable. Please retry shortly.',
    'no_db_connection',
    'None',
  );
}
