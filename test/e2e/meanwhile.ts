import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Gateway } from './gateway.ts';

/** Calls a second of one caller, so that several leave the machine room for the work that they watch. */
const CALLS_A_SECOND = 10;

/** What goes on beside a change; it ends with the test at the latest. */
export interface Meanwhile {
  /** How often each thing was seen so far. */
  seen(): Readonly<Record<string, number>>;
  /** Ends it, and gives how often each thing was seen. */
  stop(): Promise<Record<string, number>>;
}

/** Chats with a model again and again, and counts the answers by status. Where no answer came, the error counts. */
export function chatMeanwhile(gateway: Gateway, model: string): Meanwhile {
  return again(async () => `${(await gateway.chat(model)).status}`);
}

/** As `chatMeanwhile`, and counts the answers by the object whose row gave them (`NAMESPACE.NAME`), or by status where none did. */
export function whoAnswersMeanwhile(gateway: Gateway, model: string): Meanwhile {
  return again(async () => {
    const { status, id } = await gateway.chat(model);
    return status === 200 ? `${id?.split('.').slice(0, 2).join('.')}` : `${status}`;
  });
}

/**
 * Reads LiteLLM's two lists again and again, and counts what they show of some names: those that are in both of them,
 * in the order given here.
 */
export function lookMeanwhile(gateway: Gateway, names: readonly string[]): Meanwhile {
  return again(async () => {
    const [listed, models] = await Promise.all([gateway.names(), gateway.models()]);
    const rows = models.map((row) => row.model_name);
    return names.filter((name) => listed.includes(name) && rows.includes(name)).join();
  });
}

/** Looks at something again and again, and counts what it saw. */
export function again(look: () => Promise<string>): Meanwhile {
  const seen: Record<string, number> = {};
  let stopped = false;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const what = await look().catch(
        (error: unknown) => `failed: ${error instanceof Error ? error.message : 'unknown'}`,
      );
      seen[what] = (seen[what] ?? 0) + 1;
      await pause(1000 / CALLS_A_SECOND);
    }
  };
  const ended = loop();
  const stop = async (): Promise<Record<string, number>> => {
    stopped = true;
    await ended;
    return seen;
  };
  onTestFinished(async () => {
    await stop();
  });
  return { seen: () => seen, stop };
}
