/** Between objects: withdrawals first, then what a person waits for, then bulk work (start, resync). */
export type Priority = 'withdrawal' | 'prompt' | 'bulk';

/** In the order in which waiting writes are taken. */
const PRIORITIES = ['withdrawal', 'prompt', 'bulk'] as const satisfies Priority[];

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
  /** By priority, in order of arrival: each begins its write and ends when that ends. */
  const waiting: Record<Priority, Set<() => Promise<void>>> = {
    withdrawal: new Set(),
    prompt: new Set(),
    bulk: new Set(),
  };
  let isBusy = false;

  function run<T>(priority: Priority, write: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (signal?.aborted) {
      reject(signal.reason);
      return promise;
    }
    const begin = async (): Promise<void> => {
      signal?.removeEventListener('abort', drop);
      await write().then(resolve, reject);
    };
    const drop = (): void => {
      waiting[priority].delete(begin);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', drop, { once: true });
    waiting[priority].add(begin);
    void work();
    return promise;
  }

  async function work(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    for (let begin = takeOne(); begin; begin = takeOne()) await begin();
    isBusy = false;
  }

  function takeOne(): (() => Promise<void>) | undefined {
    for (const priority of PRIORITIES) {
      for (const begin of waiting[priority]) {
        waiting[priority].delete(begin);
        return begin;
      }
    }
    return undefined;
  }

  return {
    run,
    get depth() {
      return PRIORITIES.reduce((sum, priority) => sum + waiting[priority].size, 0);
    },
  };
}
