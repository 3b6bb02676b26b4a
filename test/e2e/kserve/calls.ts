import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Gateway } from '../gateway.ts';

const CALLS_A_SECOND = 20;
/**
 * So many calls wait for an answer at most, many more than it takes where LiteLLM has a core to itself. On a machine that is busy with other things
 * there are fewer calls then, instead of a queue in which the controller's own calls wait for minutes.
 */
const MOST_OPEN = 4;

/** One chat call through LiteLLM. */
export interface MadeCall {
  /** When it was made, in milliseconds since 1970. */
  at: number;
  /** When its answer was there. */
  answeredAt: number;
  /** Of LiteLLM's answer; 0 where none came. */
  status: number;
  /** The pod that answered it, and what it called its model. */
  pod: string | undefined;
  /** What the answer says, where it is no success. */
  why: string;
}

export interface Caller {
  /** So far, in the order of their answers. */
  readonly made: readonly MadeCall[];
  /** Ends it, waits for the last answers, and gives all calls. */
  stop(): Promise<readonly MadeCall[]>;
}

const answerSchema = z.looseObject({ system_fingerprint: z.string() });

/** Chats with a model {@link CALLS_A_SECOND} times a second, without waiting for the answer to the one before. */
export function callSteadily(gateway: Gateway, model: string): Caller {
  const made: MadeCall[] = [];
  const waiting = new Set<Promise<void>>();
  let stopped = false;

  const call = async (): Promise<void> => {
    const at = Date.now();
    try {
      const { status, body } = await gateway.chat(model);
      const pod = answerSchema.safeParse(body).data?.system_fingerprint.replace(/\/.*/, '');
      made.push({ at, answeredAt: Date.now(), status, pod, why: status === 200 ? '' : JSON.stringify(body) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      made.push({ at, answeredAt: Date.now(), status: 0, pod: undefined, why });
    }
  };
  const loop = async (): Promise<void> => {
    const started = performance.now();
    for (let count = 1; !stopped; count += 1) {
      const one = call();
      waiting.add(one);
      void one.then(() => waiting.delete(one));
      // By the clock, so that a late timer makes no call less.
      await pause(Math.max(0, started + (count * 1000) / CALLS_A_SECOND - performance.now()));
      if (waiting.size >= MOST_OPEN) await Promise.race(waiting);
    }
  };
  const ended = loop();
  return {
    made,
    stop: async () => {
      stopped = true;
      await ended;
      await Promise.all(waiting);
      return made;
    },
  };
}

/** The calls that were answered before a time. */
export function before(time: number, made: readonly MadeCall[]): MadeCall[] {
  return made.filter(({ answeredAt }) => answeredAt < time);
}

/** The calls that failed, alike ones in one line: how often, from when to when, and why. */
export function failures(made: readonly MadeCall[]): string[] {
  const begin = made[0]?.at ?? 0;
  const kinds = Map.groupBy(
    made.filter((call) => call.status !== 200),
    ({ status, why }) => `${status} ${why.slice(0, 200)}`,
  );
  return [...kinds].map(([kind, calls]) => {
    const times = calls.map(({ at }) => at - begin);
    return `${calls.length} from ${Math.min(...times)} to ${Math.max(...times)} ms: ${kind}`;
  });
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
