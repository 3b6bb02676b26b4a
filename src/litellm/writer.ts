import PQueue from 'p-queue';

/** Between objects: withdrawals first, then what a person waits for, then bulk work (start, resync). */
export type Priority = 'withdrawal' | 'prompt' | 'bulk';

const ORDER: Record<Priority, number> = { withdrawal: 2, prompt: 1, bulk: 0 };

/** The one writer of a LiteLLM. */
export interface Writer {
  /**
   * Runs a write when its turn comes; one whose signal is aborted while it waits is dropped, one that has begun goes on.
   *
   * @throws whatever the write throws, or the signal's reason
   */
  run<T>(priority: Priority, write: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Writes that wait. */
  readonly depth: number;
}

/**
 * One write at a time: each makes LiteLLM read every row anew, and four at a time bring no more throughput than one (measured on 1.106.0).
 * So the order is all there is to win, and a delete never waits for the onboarding of a thousand models.
 */
export function createWriter(): Writer {
  const queue = new PQueue({ concurrency: 1 });
  return {
    async run<T>(priority: Priority, write: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      signal?.throwIfAborted();
      // The queue would also let go of a write that has begun, and begin the next one beside it.
      const waiting = new AbortController();
      const drop = (): void => waiting.abort(signal?.reason);
      signal?.addEventListener('abort', drop, { once: true });
      const begin = (): Promise<T> => {
        signal?.removeEventListener('abort', drop);
        return write();
      };
      return queue.add(begin, { priority: ORDER[priority], signal: waiting.signal });
    },
    get depth() {
      return queue.size;
    },
  };
}
