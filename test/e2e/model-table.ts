import type { Bed } from '../bed/index.ts';

/** A row of LiteLLM's model table, as the database holds it. */
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

/**
 * LiteLLM's model table: the truth behind what its replicas remember. Ordered by id.
 *
 * LiteLLM 1.106.0 stores `model_info` as a JSON object, or as a JSON string that holds one.
 */
export async function readTable({ postgres }: Pick<Bed, 'postgres'>): Promise<TableRow[]> {
  const text = await postgres.psql(
    `SELECT coalesce(json_agg(row ORDER BY row.id), '[]') FROM (
       SELECT model_id AS id, model_name AS name, updated_at::text AS "updatedAt",
              coalesce(mark ->> 'owner', '') AS owner, coalesce(mark ->> 'uid', '') AS uid
       FROM (
         SELECT *, (CASE jsonb_typeof(model_info) WHEN 'string' THEN (model_info #>> '{}')::jsonb ELSE model_info END)
                   -> 'model_registrar' AS mark
         FROM "LiteLLM_ProxyModelTable"
       ) AS marked
     ) AS row`,
  );
  return JSON.parse(text) as TableRow[];
}
