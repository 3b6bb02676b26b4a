import type { Log } from './log.ts';
import type { ObjectChange, Outcome, UnreadableObject } from './object-cache.ts';
import { keyOf } from './raw-object.ts';

export interface Teller<T> {
  /** Calls somebody else's function; what it throws, or rejects with, is logged and goes no further. */
  guard: (what: string, call: () => unknown) => void;
  /** Tells the listeners what a state of the cluster brought about; nothing once stopped. */
  tell: (outcome: Outcome<T>) => void;
}

/** Keeps listeners from disturbing the one who tells them. `about` goes into each line of the log. */
export function createTeller<T>(options: {
  onChange: (change: ObjectChange<T>) => void;
  onUnreadable?: ((object: UnreadableObject) => void) | undefined;
  log: Log;
  about: object;
  stop: AbortSignal;
}): Teller<T> {
  const { onChange, onUnreadable, log, about, stop } = options;

  function guard(what: string, call: () => unknown): void {
    const report = (error: unknown) => log.error({ ...about, what, err: error }, 'A callback threw; it is passed over');
    try {
      const result = call();
      if (result instanceof Promise) result.catch(report);
    } catch (error) {
      report(error);
    }
  }

  function tell({ changes, unreadable }: Outcome<T>): void {
    for (const change of changes) {
      if (stop.aborted) return;
      guard('change listener', () => onChange(change));
    }
    if (!unreadable || stop.aborted) return;
    if (onUnreadable) guard('unreadable listener', () => onUnreadable(unreadable));
    else log.warn({ ...about, object: keyOf(unreadable) }, 'An object cannot be read; its last readable state is kept');
  }

  return { guard, tell };
}
