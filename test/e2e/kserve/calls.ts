import type { MadeCall } from '../steady-calls.ts';

/**
 * So many calls wait for an answer at most, many more than it takes where LiteLLM has a core to itself. On a machine that is busy with other things
 * there are fewer calls then, instead of a queue in which the controller's own calls wait for minutes.
 */
export const MOST_OPEN = 4;

/** The calls that were answered before a time. */
export function before(time: number, made: readonly MadeCall[]): MadeCall[] {
  return made.filter(({ answeredAt }) => answeredAt < time);
}

/** Whether a call failed because the pod that got it serves another name. */
export function metAnotherName({ status, why }: MadeCall): boolean {
  return status === 404 && /The model .* does not exist/.test(why);
}

/** Whether a call failed because no pod was ready. */
export function metNoPod({ status, why }: MadeCall): boolean {
  return status === 503 && why.includes('no endpoints available');
}

/** The pods that answered. */
export function podsOf(made: readonly MadeCall[]): string[] {
  return [...new Set(made.flatMap((call) => call.pod ?? []))];
}
