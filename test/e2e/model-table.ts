import type { Bed } from '../bed/index.ts';
import { readStored } from './stored.ts';

/** What the database says of a row, in short. */
export interface TableRow {
  id: string;
  name: string;
  /** Owner id of the mark; empty on rows that somebody else made. */
  owner: string;
  /** Of the object that the row stands for. */
  uid: string;
  /** When LiteLLM wrote it last. */
  updatedAt: string;
}

/** LiteLLM's model table, the truth behind what its replicas remember: whose each row is. Ordered by id. */
export async function readTable(bed: Pick<Bed, 'postgres'>): Promise<TableRow[]> {
  return (await readStored(bed)).map(({ model_id, model_name, model_info, updated_at }) => {
    const { owner = '', uid = '' } = (model_info.model_registrar ?? {}) as { owner?: string; uid?: string };
    return { id: model_id, name: model_name, owner, uid, updatedAt: updated_at };
  });
}
