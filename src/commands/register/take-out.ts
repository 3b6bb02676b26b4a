import { type WithdrawnAll, withdrawAll } from '../../controller/index.ts';
import { createWriter } from '../../litellm/index.ts';
import {
  type Json,
  type ModelRecord,
  type SourceRef,
  type StampedRecord,
  sourceKey,
} from '../../registration/index.ts';
import type { Instance } from '../wiring/index.ts';

/**
 * Takes out the rows that `register` made for one object, whatever became of the object; of an address, those alone that lead there.
 *
 * @returns `kept`: in a dry run, those that would go
 * @throws LiteLlmError where LiteLLM's list cannot be read
 */
export async function takeOut(
  { registry, engine, gate, client, owner }: Pick<Instance, 'registry' | 'engine' | 'gate' | 'client' | 'owner'>,
  source: SourceRef,
  url: string | undefined,
  dryRun: boolean,
): Promise<WithdrawnAll & { kept: StampedRecord[] }> {
  await engine.refresh();
  // One replica's list may not show a row that was made a moment ago, or that LiteLLM does not serve.
  const stored = (await client.findAll(MOST_ROWS)) ?? [];
  const own = stored.filter((row): row is StampedRecord => isOf(row, owner, sourceKey(source)));
  const known = new Map([...own, ...registry.recordsOf(source)].map((row) => [row.id, row]));
  const records = [...known.values()].filter(({ params }) => url === undefined || isSame(url, params.api_base));
  if (dryRun) return { gone: [], failed: [], untried: [], kept: records };
  return { ...(await withdrawAll({ registry, gate, writer: createWriter(), records })), kept: [] };
}

/** Of larger databases what the list shows counts. */
const MOST_ROWS = 10_000;

function isOf({ stamp, stored }: ModelRecord, owner: string, source: string): boolean {
  return stored && stamp?.owner === owner && stamp.source === source;
}

/** Two addresses, whichever slashes they end with. */
function isSame(url: string, stored: Json | undefined): boolean {
  const plain = (text: string): string => (URL.parse(text)?.href ?? text).replace(/\/+$/, '');
  return typeof stored === 'string' && plain(stored) === plain(url);
}
