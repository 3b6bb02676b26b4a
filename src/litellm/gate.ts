import { LiteLlmError, type LiteLlmErrorCode } from './errors.ts';

/** Faults of the proxy as a whole: no other model would fare better. */
const COMMON: ReadonlySet<LiteLlmErrorCode> = new Set<LiteLlmErrorCode>([
  'unreachable',
  'timeout',
  'unauthorized',
  'forbidden',
  'too-many-requests',
  'unavailable',
  'database-down',
  'no-database',
  'unreadable',
  'key-file',
]);

/**
 * What a write is answered while LiteLLM's database is away (measured on 1.106.0), and a single bad model too. From the one that goes ahead
 * after a failure of the whole it means that nothing has healed yet.
 */
const UNHEALED: ReadonlySet<LiteLlmErrorCode> = new Set<LiteLlmErrorCode>(['create-failed', 'server-error']);

/** A `Retry-After` that asks for more is not obeyed: an operator would wait for a typing error. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** Holds calls back while LiteLLM as a whole does not work, so that a thousand objects do not each find that out. */
export interface Gate {
  /** Milliseconds until the next attempt; 0 when the way is open. */
  waitMs(): number;
  /**
   * Asks for the way: 0 where it is open, else how long to wait, in milliseconds. After a failure just one goes ahead and finds out; to
   * the others the way stays closed until it has.
   */
  admit(): number;
  /** True while the one that went ahead has not found out yet: its writes may pass. */
  readonly probing: boolean;
  succeeded(): void;
  /**
   * Notes a failure; one that concerns a single model leaves the gate open.
   *
   * @param whole - true where any failure is one of the proxy as a whole: its list concerns all models
   */
  failed(error: unknown, whole?: boolean): void;
  /** The last failure, until a call succeeds. */
  readonly trouble: LiteLlmError | undefined;
  /** When the last good answer came, on a clock that never goes back (`performance.now()`), in milliseconds. */
  readonly succeededAt: number | undefined;
}

export interface GateOptions {
  minMs: number;
  maxMs: number;
  now?: () => number;
  random?: () => number;
}

/** Exponential waits with jitter between half and the whole, never shorter than what LiteLLM asks for (`Retry-After`). */
export function createGate({ minMs, maxMs, now = () => performance.now(), random = Math.random }: GateOptions): Gate {
  let failures = 0;
  let openAt = 0;
  let probing = false;
  let trouble: LiteLlmError | undefined;
  let succeededAt: number | undefined;

  function failed(error: unknown, whole = false): void {
    // A call that was not made says nothing about LiteLLM.
    if (!(error instanceof LiteLlmError) || error.code === 'not-leader') return;
    trouble = error;
    if (!whole && !COMMON.has(error.code) && !(probing && UNHEALED.has(error.code))) return;
    // Calls that were under way when the gate closed bring no news.
    if (waitMs() > 0 && !probing) return;
    const wait = currentWait();
    failures += 1;
    probing = false;
    openAt = now() + Math.max(wait * (0.5 + random() / 2), Math.min(error.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
  }

  function admit(): number {
    const wait = waitMs();
    if (wait > 0) return wait;
    probing = failures > 0;
    if (probing) openAt = now() + currentWait();
    return 0;
  }

  function waitMs(): number {
    return Math.max(0, openAt - now());
  }

  function currentWait(): number {
    return Math.min(maxMs, minMs * 2 ** failures);
  }

  function succeeded(): void {
    failures = 0;
    probing = false;
    openAt = 0;
    trouble = undefined;
    succeededAt = now();
  }

  return {
    waitMs,
    admit,
    get probing() {
      return probing;
    },
    succeeded,
    failed,
    get trouble() {
      return trouble;
    },
    get succeededAt() {
      return succeededAt;
    },
  };
}
