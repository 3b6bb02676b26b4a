import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Gateway } from '../gateway.ts';

const CALLS_A_SECOND = 20;

/** One chat call through LiteLLM. */
export interface MadeCall {
  /** When it was made, in milliseconds since 1970. */
  at: number;
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

/** Chats with a model {@link CALLS_A_SECOND} times a second, whether or not earlier calls are answered. */
export function callSteadily(gateway: Gateway, model: string): Caller {
  const made: MadeCall[] = [];
  const waiting = new Set<Promise<void>>();
  let stopped = false;

  const call = async (): Promise<void> => {
    const at = Date.now();
    try {
      const { status, body } = await gateway.chat(model);
      const pod = answerSchema.safeParse(body).data?.system_fingerprint.replace(/\/.*/, '');
      made.push({ at, status, pod, why: status === 200 ? '' : JSON.stringify(body) });
    } catch (error) {
      made.push({ at, status: 0, pod: undefined, why: error instanceof Error ? error.message : String(error) });
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

/** The calls that failed, as a person would want to read them in a test's message. */
export function failures(made: readonly MadeCall[]): string[] {
  const begin = made[0]?.at ?? 0;
  return made
    .filter((call) => call.status !== 200)
    .map((call) => `after ${call.at - begin} ms: ${call.status} ${call.why.slice(0, 200)}`);
}

/** The pods that answered. */
export function podsOf(made: readonly MadeCall[]): string[] {
  return [...new Set(made.flatMap((call) => call.pod ?? []))];
}
