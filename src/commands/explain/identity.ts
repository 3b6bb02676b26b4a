import { z } from 'zod';
import { PlainError } from '../plain-error.ts';
import type { Manifest } from './read-input.ts';

const Named = z.looseObject({ name: z.string().min(1), namespace: z.string().min(1).optional() });

/** An object of a manifest that has all that tells it from others. */
export interface IdentifiedObject {
  metadata: z.output<typeof Named>;
  [key: string]: unknown;
}

/**
 * An object of a manifest with what the API server would give it.
 *
 * @param namespace - for an object that names none; undefined where its kind belongs to no namespace
 * @throws PlainError where it has no name
 */
export function withIdentity({ file, kind, raw }: Manifest, namespace: string | undefined): IdentifiedObject {
  const metadata = Named.safeParse(raw.metadata);
  if (!metadata.success) {
    throw new PlainError(`${file} holds an object of kind ${kind} without a name: give it a metadata.name.`);
  }
  const given = metadata.data;
  return {
    ...raw,
    metadata: {
      ...given,
      ...(namespace === undefined ? {} : { namespace: given.namespace ?? namespace }),
      uid: 'not-created-yet',
      resourceVersion: '1',
      creationTimestamp: '2000-01-01T00:00:00Z',
    },
  };
}
