import { z } from 'zod';
import { BACKEND_ERRORS, BackendError } from '../../backends/index.ts';
import { ConfigError } from '../../config/index.ts';
import { KUBERNETES_ERRORS, KubeconfigError, KubernetesError } from '../../kubernetes/index.ts';
import { LITELLM_ERRORS, LiteLlmError } from '../../litellm/index.ts';
import { PlainError } from '../plain-error.ts';

/** One thing that was looked at. */
export const Check = z.strictObject({
  id: z.string().describe('A stable name, for scripts.'),
  about: z.enum(['kubernetes', 'litellm', 'backends']),
  title: z.string(),
  status: z
    .enum(['ok', 'warning', 'failed', 'skipped'])
    .describe(
      'warning: works, with a drawback; failed: model-registrar cannot do its work; skipped: could not be told.',
    ),
  says: z.string(),
  remedy: z.string().optional().describe('What to do next.'),
});
export type Check = z.output<typeof Check>;

/** What `doctor -o json` prints. */
export const DoctorDocument = z.strictObject({
  checks: z.array(Check),
  failed: z.int(),
  warnings: z.int(),
});
export type DoctorDocument = z.output<typeof DoctorDocument>;

/** What was found, before it belongs to a check. */
export type Finding = Pick<Check, 'status' | 'says' | 'remedy'>;

export function ok(says: string): Finding {
  return { status: 'ok', says };
}

export function warning(says: string, remedy: string): Finding {
  return { status: 'warning', says, remedy };
}

export function failed(says: string, remedy: string): Finding {
  return { status: 'failed', says, remedy };
}

export function skipped(says: string, remedy?: string): Finding {
  return { status: 'skipped', says, ...(remedy !== undefined && { remedy }) };
}

/** A failure in the words of its catalogue, what is wrong and what to do apart. Rethrows what is in none. */
export function failure(error: unknown): Finding {
  if (error instanceof LiteLlmError) {
    const { next, more }: { next?: string; more?: string } = LITELLM_ERRORS[error.code];
    return failed(without(error.message, next), sentence(next ?? more ?? 'look at LiteLLM’s log'));
  }
  if (error instanceof KubernetesError) {
    const { next } = KUBERNETES_ERRORS[error.code];
    return failed(without(error.message, next), sentence(next));
  }
  if (error instanceof BackendError) return failed(`${error.message}.`, sentence(BACKEND_ERRORS[error.code].next));
  if (error instanceof KubeconfigError) {
    return failed(error.message, 'Name a kubeconfig with --kubeconfig, and its context with --context.');
  }
  if (error instanceof ConfigError || error instanceof PlainError) {
    const [says = '', ...next] = error.message.split(': ');
    return failed(says, sentence(next.join(': ') || 'put the setting right'));
  }
  throw error;
}

/** What is wrong alone: messages end with the next step, which stands apart here. */
function without(message: string, next: string | undefined): string {
  if (next === undefined) return message;
  return message.replace(/\.$/, '').replace(`: ${next}`, '').replace(`; ${next}`, '');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}
