import type { Gate } from '../litellm/index.ts';

/** What `/readyz` and `/healthz` say. */
export interface Check {
  ok: boolean;
  reasons: string[];
}

export interface ChecksOptions {
  gate: Pick<Gate, 'succeededAt' | 'trouble'>;
  resyncMs: number;
  /** What has not been read yet, for people. */
  unsettled: () => string[];
  /** Whether all was read once, and is kept in step. */
  isWorking: () => boolean;
  /** When LiteLLM's list was last asked for, on the clock of `performance.now`. */
  lastTurn: () => number;
}

/** Whether a loop is ready, and alive. */
export function createChecks({ gate, resyncMs, unsettled, isWorking, lastTurn }: ChecksOptions) {
  function ready(): Check {
    const reasons: string[] = [];
    if (!isWorking()) reasons.push(...unread());
    const silentMs = performance.now() - (gate.succeededAt ?? 0);
    if (isWorking() && silentMs > 3 * resyncMs) {
      reasons.push(
        `no good answer from LiteLLM for ${Math.round(silentMs / 1000)} s: ${gate.trouble?.message ?? 'see the log'}`,
      );
    }
    return { ok: reasons.length === 0, reasons };
  }

  function unread(): string[] {
    const sources = unsettled().map((what) => `${what} has not been read yet`);
    if (gate.succeededAt !== undefined) return sources.length > 0 ? sources : ['the first look is under way'];
    return [...sources, `LiteLLM’s list has not been read yet: ${gate.trouble?.message ?? 'it was not asked so far'}`];
  }

  function live(): Check {
    // Before the first resync it waits for servers, which a restart would not bring back.
    const ok = !isWorking() || performance.now() - lastTurn() < Math.max(3 * resyncMs, 180_000);
    return { ok, reasons: ok ? [] : ['the resync has not run for three intervals'] };
  }

  return { ready, live };
}
