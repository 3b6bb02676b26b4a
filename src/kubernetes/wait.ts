/**
 * Waits `ms` milliseconds, or until the signal is aborted, whichever is first. Never throws: the caller looks at the
 * signal itself.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, ms));
    signal.addEventListener('abort', end, { once: true });
  });
}

/** A signal that ends with any of its parents or after `ms` milliseconds, and can be given back. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True when the time ran out, false while it runs and when a parent ended it. */
  readonly expired: boolean;
  /** Ends it now, with the given reason. */
  abort(reason: unknown): void;
  /** Takes the time limit away; the parents still count. */
  lift(): void;
  /** Frees the timer and the listeners on the parents. To be called when the work is done. */
  release(): void;
}

/**
 * Joins signals and a time limit. `AbortSignal.any` would do, but a parent that lives as long as the process then keeps
 * a reference for every call ever made; this one is taken off again.
 *
 * @param ms the limit in milliseconds; leave it out for none.
 */
export function deadline(parents: readonly (AbortSignal | undefined)[], ms?: number): Deadline {
  const controller = new AbortController();
  let expired = false;
  let timer: NodeJS.Timeout | undefined;
  const links: [AbortSignal, () => void][] = [];

  function release(): void {
    clearTimeout(timer);
    for (const [parent, listener] of links) parent.removeEventListener('abort', listener);
    links.length = 0;
  }

  function abort(reason: unknown): void {
    release();
    controller.abort(reason);
  }

  for (const parent of parents) {
    if (!parent) continue;
    if (parent.aborted) controller.abort(parent.reason);
    const listener = () => abort(parent.reason);
    parent.addEventListener('abort', listener, { once: true });
    links.push([parent, listener]);
  }
  if (controller.signal.aborted) release();
  else if (ms !== undefined) {
    timer = setTimeout(() => {
      expired = true;
      abort(new DOMException('The time limit is over.', 'TimeoutError'));
    }, ms);
  }
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    abort,
    lift: () => clearTimeout(timer),
    release,
  };
}

/** The promise's result, or a rejection with the signal's reason as soon as that is aborted. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
