import { digest } from './canonical.ts';
import { entryId, generationId, type Identity } from './identity.ts';
import type { Json, Registration } from './registration.ts';
import { sourceKey } from './registration.ts';
import type { Stamp } from './stamp.ts';

/** A whole row as LiteLLM shall hold it. */
export interface Entry {
  id: string;
  publicName: string;
  /** `litellm_params`, `model` and `api_base` included. */
  params: Record<string, Json>;
  /** `model_info` without the id and the mark. */
  info: Record<string, Json>;
  stamp: Stamp;
}

/** A row that LiteLLM does hold, as a list showed it: without hidden parameters, and with what LiteLLM adds. */
export interface ModelRecord {
  id: string;
  publicName: string;
  params: Record<string, Json>;
  info: Record<string, Json>;
  /** False for a model of LiteLLM's own config file, which can be neither changed nor deleted. */
  stored: boolean;
  blocked: boolean;
  /** False while the row is in the database, but LiteLLM has not taken it into service. */
  live: boolean;
  /** Present on rows of this program, of whichever owner. */
  stamp?: Stamp;
}

/** A row that carries our kind of mark. */
export type StampedRecord = ModelRecord & { stamp: Stamp };

export interface EntryInput extends Omit<Identity, 'publicName'> {
  registration: Registration;
  generation: number;
  /** Milliseconds since 1970: when the name was first registered for the object. */
  since: number;
  /** Milliseconds since 1970: when this row is made. */
  created: number;
}

/** Builds the row of a registration: id, provider prefix, base URL and ownership mark put together. */
export function buildEntry({ owner, source, uid, registration, generation, since, created }: EntryInput): Entry {
  const { publicName } = registration;
  const params = {
    model: `${registration.provider}/${registration.servedName}`,
    api_base: registration.apiBase,
    ...registration.params,
  };
  const { info } = registration;
  return {
    id: generationId(entryId({ owner, source, uid, publicName }), generation),
    publicName,
    params,
    info,
    stamp: {
      owner,
      source: sourceKey(source),
      uid,
      hash: registrationHash(registration),
      keys: [
        ...Object.keys(params).map((key) => `params.${key}`),
        ...Object.keys(info).map((key) => `info.${key}`),
      ].sort(),
      generation,
      since: new Date(since).toISOString(),
      created: new Date(created).toISOString(),
      ...(registration.retain && { retain: true }),
    },
  };
}

/** Digest of all that a registration writes: two rows with equal digests were written from equal wishes. */
export function registrationHash(registration: Registration): string {
  const { publicName, provider, servedName, apiBase, params, info, keyVersion, retain } = registration;
  // No digest of a secret is stored.
  const shown = keyVersion === undefined ? params : { ...params, api_key: keyVersion };
  return digest([publicName, provider, servedName, apiBase, shown, info, ...(retain ? [{ retain }] : [])], 16);
}
