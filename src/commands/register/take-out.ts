import { type WithdrawnAll, withdrawAll } from '../../controller/index.ts';
import { createWriter } from '../../litellm/index.ts';
import type { Json, SourceRef, StampedRecord } from '../../registration/index.ts';
import type { Instance } from '../wiring/index.ts';

/**
 * Takes out the rows that `register` made for one object, whatever became of the object; of an address, those alone that lead there.
 *
 * @returns `kept`: in a dry run, those that would go
 * @throws LiteLlmError where LiteLLM's list cannot be read
 */
export async function takeOut(
  { registry, engine, gate }: Pick<Instance, 'registry' | 'engine' | 'gate'>,
  source: SourceRef,
  url: string | undefined,
  dryRun: boolean,
): Promise<WithdrawnAll & { kept: StampedRecord[] }> {
  await engine.refresh();
  const records = registry.recordsOf(source).filter(({ params }) => url === undefined || isSame(url, params.api_base));
  if (dryRun) return { gone: [], failed: [], untried: [], kept: records };
  return { ...(await withdrawAll({ registry, gate, writer: createWriter(), records })), kept: [] };
}

/** Two addresses, whichever slashes they end with. */
function isSame(url: string, stored: Json | undefined): boolean {
  const plain = (text: string): string => (URL.parse(text)?.href ?? text).replace(/\/+$/, '');
  return typeof stored === 'string' && plain(stored) === plain(url);
}
