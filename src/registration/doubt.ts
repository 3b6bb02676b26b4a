import type { StampedRecord } from './entry.ts';
import type { Doubt } from './projection.ts';
import type { Json, Registration } from './registration.ts';

/** The keys of `model_info` that a doubtful part stands in. */
const LENGTH_KEYS = ['max_tokens', 'max_input_tokens'] as const;

/**
 * What an object wants, with each part that is not certain as the rows have it that stand for the object. Where none stands, the
 * wish is taken as it is.
 *
 * @param standing - the rows of the living object
 */
export function settleDoubt(
  registrations: readonly Registration[],
  doubt: Doubt,
  standing: readonly StampedRecord[],
): Registration[] {
  const rows = standing.toSorted((one, other) => Date.parse(other.stamp.created) - Date.parse(one.stamp.created));
  const [first] = registrations;
  const [someRow] = rows;
  if (!first || !someRow) return [...registrations];
  // A row that is called otherwise than its backend had its name from an annotation.
  const derived = new Set(rows.flatMap((row) => (row.publicName === servedNameOf(row) ? [row.publicName] : [])));
  const kept = doubt.names && derived.size > 0;
  const wanted = kept ? [...derived].map((publicName) => ({ ...first, publicName })) : registrations;
  return wanted.map((registration) => {
    const row = rows.find(({ publicName }) => publicName === registration.publicName) ?? someRow;
    return {
      ...registration,
      ...(doubt.servedName && { servedName: servedNameOf(row) ?? registration.servedName }),
      ...(doubt.basePath && { apiBase: withPathOf(row, registration.apiBase) }),
      info: infoOf(registration, row, [...(doubt.mode ? ['mode'] : []), ...(doubt.length ? LENGTH_KEYS : [])]),
    };
  });
}

function servedNameOf({ params }: StampedRecord): string | undefined {
  return typeof params.model === 'string' ? params.model.slice(params.model.indexOf('/') + 1) : undefined;
}

/** The address is KServe's word of today, the path that of the row. */
function withPathOf({ params }: StampedRecord, apiBase: string): string {
  const standing = typeof params.api_base === 'string' ? URL.parse(params.api_base) : null;
  const wanted = URL.parse(apiBase);
  if (!standing || !wanted) return apiBase;
  return `${wanted.origin}${standing.pathname}`.replace(/\/$/, '');
}

function infoOf({ info }: Registration, row: StampedRecord, doubtful: readonly string[]): Record<string, Json> {
  const kept: Record<string, Json> = { ...info };
  for (const key of doubtful) {
    // What somebody else set on the row is not ours to write.
    const value = row.stamp.keys.includes(`info.${key}`) ? row.info[key] : undefined;
    if (value === undefined) delete kept[key];
    else kept[key] = value;
  }
  return kept;
}
