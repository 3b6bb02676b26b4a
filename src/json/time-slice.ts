/** Lets input and output, timers and other work have their turn. */
export function yieldToLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Other work waits no longer than this, in milliseconds, for one who has much to do. */
const SLICE_MS = 10;

/**
 * For loops over much that is at hand already: a stream whose data has arrived is read without a pause, so that timers and other connections would
 * wait for the end of it.
 *
 * @returns tells whether it is time to let others have their turn: then {@link yieldToLoop} is to be called
 */
export function createTimeSlice(now: () => number = () => performance.now()): () => boolean {
  let from = now();
  return () => {
    if (now() - from < SLICE_MS) return false;
    from = now();
    return true;
  };
}
