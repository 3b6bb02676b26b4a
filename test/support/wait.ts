import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until a condition holds: until the function returns something that is neither undefined nor false.
 *
 * @param what - for the message when it does not
 * @param deadlineMs - how long it may take, in milliseconds
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  deadlineMs = 10_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(
        `waited ${deadlineMs} ms in vain until ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
      );
    }
    await pause(20);
  }
}
