import { type WithdrawnAll, withdrawAll } from '../../controller/index.ts';
import { createWriter } from '../../litellm/index.ts';
import type { SourceRef, StampedRecord } from '../../registration/index.ts';
import type { Instance } from '../wiring/index.ts';

/**
 * Takes out the rows that `register` made for one object, whatever became of the object.
 *
 * @returns `kept`: in a dry run, those that would go
 * @throws LiteLlmError where LiteLLM's list cannot be read
 */
export async function takeOut(
  { registry, engine, gate }: Pick<Instance, 'registry' | 'engine' | 'gate'>,
  source: SourceRef,
  dryRun: boolean,
): Promise<WithdrawnAll & { kept: StampedRecord[] }> {
  await engine.refresh();
  const records = registry.recordsOf(source);
  if (dryRun) return { gone: [], failed: [], untried: [], kept: records };
  return { ...(await withdrawAll({ registry, gate, writer: createWriter(), records })), kept: [] };
}
