import type { Bed } from '../bed/index.ts';

/** A row of LiteLLM's model table with all its columns. Texts among the parameters are encrypted. */
export interface StoredModel {
  model_id: string;
  model_name: string;
  litellm_params: Record<string, unknown>;
  model_info: Record<string, unknown>;
  blocked: boolean;
  updated_at: string;
}

/**
 * What the database holds, ordered by id. LiteLLM's lists show more: they fill in what they know of a model from other rows.
 *
 * LiteLLM 1.106.0 stores the two JSON columns as objects, or as JSON strings that hold one.
 */
export async function readStored({ postgres }: Pick<Bed, 'postgres'>): Promise<StoredModel[]> {
  const text = await postgres.psql(
    `SELECT coalesce(json_agg(row ORDER BY row.model_id), '[]') FROM "LiteLLM_ProxyModelTable" AS row`,
  );
  const rows = JSON.parse(text) as StoredModel[];
  return rows.map((row) => ({
    ...row,
    litellm_params: asObject(row.litellm_params),
    model_info: asObject(row.model_info),
  }));
}

function asObject(value: Record<string, unknown> | string): Record<string, unknown> {
  return typeof value === 'string' ? (JSON.parse(value) as Record<string, unknown>) : value;
}
