import { looksEncrypted, type StoredRow } from '../../litellm/index.ts';
import { type ModelRecord, visible } from '../../registration/index.ts';
import { counted } from '../output.ts';
import { type Finding, failed, ok, warning } from './check.ts';
import type { Note } from './kubernetes.ts';

/**
 * Looks at the rows themselves: whether LiteLLM can read all of them, and whose they are.
 *
 * @param rows - what LiteLLM serves
 * @param stored - what its database holds, as far as it shows that
 */
export function examineRows(
  rows: readonly ModelRecord[],
  stored: readonly StoredRow[],
  owner: string | undefined,
  note: Note,
): void {
  const served = new Set(rows.map(({ id }) => id));
  const unserved = stored.filter(({ id }) => !served.has(id));
  note('salt-key', 'Salt key', judgeSalt(rows, unserved));
  const silent = unserved.filter((row) => !row.encrypted);
  if (silent.length > 0) {
    note(
      'unserved',
      'Rows that are not served',
      warning(
        `${counted(silent.length, 'row')} of the database ${silent.length === 1 ? 'is' : 'are'} not served: ${names(silent)}.`,
        'Look for them in LiteLLM’s log; rows that were made a moment ago follow by themselves.',
      ),
    );
  }
  if (owner !== undefined) note('rows', 'Rows', describeRows(rows, owner));
}

/** LiteLLM drops what it cannot decrypt from its memory, and goes on without a word to its callers (measured on 1.106.0). */
function judgeSalt(rows: readonly ModelRecord[], unserved: readonly StoredRow[]): Finding {
  const unreadable = [
    ...unserved.filter((row) => row.encrypted),
    ...rows.filter((row) => row.stored && looksEncrypted(row)).map(({ id, publicName }) => ({ id, name: publicName })),
  ];
  if (unreadable.length === 0) return ok('Nothing in the database is seen that LiteLLM could not decrypt.');
  return failed(
    `LiteLLM cannot decrypt ${counted(unreadable.length, 'row')} of its database, and does not serve them: ${names(unreadable)}. Its LITELLM_SALT_KEY is not the one that they were made with.`,
    'Give LiteLLM the former LITELLM_SALT_KEY back (without one: the former master key), the same on all replicas.',
  );
}

function describeRows(rows: readonly ModelRecord[], owner: string): Finding {
  const owners = Map.groupBy(
    rows.filter(({ stored }) => stored),
    ({ stamp }) => stamp?.owner ?? '',
  );
  const ours = owners.get(owner)?.length ?? 0;
  const others = [...owners]
    .filter(([id]) => id !== owner && id !== '')
    .map(([id, some]) => `${visible(id)} (${some.length})`);
  const rest = others.length > 0 ? `; of other owner ids: ${others.join(', ')}` : '';
  return ok(`${counted(ours, 'row')} of this owner id${rest}.`);
}

function names(rows: readonly { name: string }[]): string {
  const some = rows.slice(0, 5).map(({ name }) => `"${visible(name)}"`);
  return rows.length > some.length ? `${some.join(', ')} and ${rows.length - some.length} more` : some.join(', ');
}
