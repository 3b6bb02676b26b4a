import type { StampedRecord } from './entry.ts';
import type { Change } from './plan.ts';

/** Where the key of a backend stands. */
const KEY = 'params.api_key';

/**
 * Gives a row a key that is none, which goes before the credential that it names (measured on LiteLLM 1.106.0), and leaves the rest of it as it is. When the
 * row is right again, that key is one that has to go.
 *
 * @returns undefined where it has one
 */
export function disarm(record: StampedRecord): (Change & { kind: 'update' }) | undefined {
  const { id, publicName, stamp } = record;
  if (stamp.keys.includes(KEY)) return undefined;
  const key = 'not-needed';
  return {
    kind: 'update',
    record,
    entry: {
      id,
      publicName,
      params: { api_key: key },
      info: {},
      // Another digest than what anybody wants: the next look at a right row sees it.
      stamp: { ...stamp, keys: [...stamp.keys, KEY].sort(), hash: 'without-credential' },
    },
    fields: [{ field: 'litellm_params.api_key', from: undefined, to: key }],
  };
}
