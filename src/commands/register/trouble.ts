import { KubernetesError } from '../../kubernetes/index.ts';
import { LiteLlmError, type LiteLlmErrorCode } from '../../litellm/index.ts';

/** Faults that nobody's waiting heals: a person has to change something. */
const LASTING: ReadonlySet<LiteLlmErrorCode> = new Set<LiteLlmErrorCode>([
  'unauthorized',
  'forbidden',
  'no-database',
  'rejected',
  'not-ours',
  'key-file',
]);

/** Whether it makes sense to try again a little later. What nobody expects is a fault of the program. */
export function mayPass(error: unknown): boolean {
  if (error instanceof LiteLlmError) return !LASTING.has(error.code);
  if (error instanceof KubernetesError) return error.code !== 'forbidden' && error.code !== 'invalid';
  return false;
}
