import { z } from 'zod';
import type { Connection } from './connection.ts';
import { KubernetesError } from './errors.ts';

/** A Secret as it is now. */
export interface Secret {
  /** Its uid and resourceVersion: two readings with equal versions hold the same. */
  version: string;
  /** The decoded value of an entry; undefined where there is none. */
  entry(key: string): string | undefined;
  keys: readonly string[];
}

const schema = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).nullish(),
});

/**
 * Reads one Secret by its name, which is all that the right `get` allows.
 *
 * @returns undefined where there is none.
 * @throws KubernetesError
 */
export async function readSecret(
  connection: Connection,
  { namespace, name }: { namespace: string; name: string },
  signal?: AbortSignal,
): Promise<Secret | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  const raw = await connection.request({ method: 'GET', path, ...(signal && { signal }) }).catch((error: unknown) => {
    if (error instanceof KubernetesError && error.code === 'not-found') return undefined;
    throw error;
  });
  if (raw === undefined) return undefined;
  const parsed = schema.safeParse(raw);
  // The parser's own error would quote the values.
  if (!parsed.success) {
    throw new KubernetesError('unreadable', `${connection.server} gave a Secret that is none; check the address.`);
  }
  const { metadata, data } = parsed.data;
  const entries = new Map(Object.entries(data ?? {}));
  return {
    version: `${metadata.uid} ${metadata.resourceVersion}`,
    keys: [...entries.keys()],
    entry(key) {
      const encoded = entries.get(key);
      return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
    },
  };
}
