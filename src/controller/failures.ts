import { LiteLlmError } from '../litellm/index.ts';

/** LiteLLM as a whole does not work just now: nothing was tried. */
export class GateClosed extends Error {
  override readonly name = 'GateClosed';
}

/** What waited for its turn is not what is to be done any more: it was not tried. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/** Nothing was sent. */
export function isUntried(error: unknown): boolean {
  return error instanceof GateClosed || error instanceof Outdated || isNotLeader(error);
}

/** Another replica leads, or this one has just lost the Lease: nothing was tried. */
export function isNotLeader(error: unknown): boolean {
  return error instanceof LiteLlmError && error.code === 'not-leader';
}

/** The object changed while a write of it waited, and nothing ends: that write was not tried. */
export function isOvertaken(
  error: unknown,
  overtaken: AbortSignal | undefined,
  ending: AbortSignal | undefined,
): boolean {
  return overtaken?.aborted === true && error === overtaken.reason && ending?.aborted !== true;
}

/** The words for a failure that may go into Events and logs: no body, no header, no secret. */
export function describeError(error: unknown): { code: string; message: string } {
  if (error instanceof LiteLlmError) return { code: error.code, message: error.message };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return { code: error.code, message: error.message };
  }
  return { code: 'internal', message: 'an unexpected error: see the log' };
}
