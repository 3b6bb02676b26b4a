import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Gateway } from './gateway.ts';

const CALLS_A_SECOND = 20;

/** One chat call through LiteLLM. */
export interface MadeCall {
  /** When it was made, in milliseconds since 1970. */
  at: number;
  /** When its answer was there. */
  answeredAt: number;
  /** Of LiteLLM's answer; 0 where none came. */
  status: number;
  /** Of the row that LiteLLM chose. */
  id: string | undefined;
  /** The pod that answered it, and what it called its model, on a bed that has pods. */
  pod: string | undefined;
  /** What the answer says, where it is no success. */
  why: string;
}

export interface Caller {
  /** So far, in the order of their answers. */
  readonly made: readonly MadeCall[];
  /** When the oldest call was made that is not answered yet. */
  oldestOpen(): number | undefined;
  /** Ends it, waits for the last answers, and gives all calls. */
  stop(): Promise<readonly MadeCall[]>;
}

const answerSchema = z.looseObject({ system_fingerprint: z.string() });

/**
 * Chats with a model {@link CALLS_A_SECOND} times a second, without waiting for the answer to the one before.
 *
 * @param mostOpen - so many calls wait for an answer at most; then the next one is made later
 */
export function callSteadily(gateway: Gateway, model: string, mostOpen = Number.POSITIVE_INFINITY): Caller {
  const made: MadeCall[] = [];
  /** Each with the time at which it was made. */
  const waiting = new Map<Promise<void>, number>();
  let stopped = false;

  const call = async (at: number): Promise<void> => {
    try {
      const { status, id, body } = await gateway.chat(model);
      const pod = answerSchema.safeParse(body).data?.system_fingerprint.replace(/\/.*/, '');
      const why = status === 200 ? '' : JSON.stringify(body);
      made.push({ at, answeredAt: Date.now(), status, id: id ?? undefined, pod, why });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      made.push({ at, answeredAt: Date.now(), status: 0, id: undefined, pod: undefined, why });
    }
  };
  const loop = async (): Promise<void> => {
    const started = performance.now();
    for (let count = 1; !stopped; count += 1) {
      const at = Date.now();
      const one = call(at);
      waiting.set(one, at);
      void one.then(() => waiting.delete(one));
      // By the clock, so that a late timer makes no call less.
      await pause(Math.max(0, started + (count * 1000) / CALLS_A_SECOND - performance.now()));
      if (waiting.size >= mostOpen) await Promise.race(waiting.keys());
    }
  };
  const ended = loop();
  return {
    made,
    oldestOpen: () => waiting.values().next().value,
    stop: async () => {
      stopped = true;
      await ended;
      await Promise.all(waiting.keys());
      return made;
    },
  };
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
