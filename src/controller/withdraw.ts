import type { Gate, Registry, Writer } from '../litellm/index.ts';
import type { Change, StampedRecord } from '../registration/index.ts';

/** How the withdrawal of everything ended. */
export interface WithdrawnAll {
  /** Rows that are gone. */
  gone: StampedRecord[];
  /** Rows that could not be taken out, and why. */
  failed: { record: StampedRecord; error: unknown }[];
  /** Rows that were not tried, since LiteLLM as a whole did not work any more. */
  untried: StampedRecord[];
}

export interface WithdrawOptions {
  registry: Pick<Registry, 'apply'>;
  writer: Writer;
  gate: Gate;
  records: readonly StampedRecord[];
}

/** Takes rows out of LiteLLM, whatever became of their objects: that is for who uninstalls. */
export async function withdrawAll({ registry, writer, gate, records }: WithdrawOptions): Promise<WithdrawnAll> {
  const done: WithdrawnAll = { gone: [], failed: [], untried: [] };
  for (const record of records) {
    if (gate.waitMs() > 0) {
      done.untried.push(record);
      continue;
    }
    try {
      const change: Change = { kind: 'delete', record, why: 'withdrawn', needs: [] };
      await writer.run('withdrawal', () => registry.apply(change));
      done.gone.push(record);
    } catch (error) {
      gate.failed(error);
      done.failed.push({ record, error });
    }
  }
  return done;
}
