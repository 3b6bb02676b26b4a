import { digest } from './canonical.ts';
import { NO_NAMESPACE, type SourceRef } from './registration.ts';

/** All that an entry's id depends on; a change of settings is not among it, so that it keeps its row. */
export interface Identity {
  owner: string;
  source: SourceRef;
  /** `metadata.uid`: an object that was deleted and made again gets another id, so that a late delete cannot hit it. */
  uid: string;
  publicName: string;
}

const ID = /^(?<base>.+\.[0-9a-f]{8})(?:\.(?<generation>[1-9]\d*))?$/;

/**
 * The deterministic id of an entry: `<namespace>.<name>.<8 hex>`, and `<kind>.<name>.<8 hex>` for what belongs to no namespace.
 *
 * A crash, a retry or a second replica arrives at the same id, and LiteLLM's primary key then refuses a second row.
 */
export function entryId({ owner, source, uid, publicName }: Identity): string {
  const hash = digest([owner, source.kind, source.namespace, source.name, uid, publicName], 8);
  return `${readablePart(source)}.${hash}`;
}

/** Of what belongs to no namespace the name may go on behind a colon, with texts that no path could hold. */
function readablePart({ kind, namespace, name }: SourceRef): string {
  if (namespace !== NO_NAMESPACE) return `${namespace}.${name}`;
  const [first = ''] = name.split(':', 1);
  return `${kind}.${first}`;
}

/** The id of an entry's n-th row: rows are replaced where LiteLLM cannot take a key away, and the next one gets `.2`, `.3`, … */
export function generationId(base: string, generation: number): string {
  return generation === 1 ? base : `${base}.${generation}`;
}

/** Splits a row's id into the entry's id and the generation; an id that is not of our form is its own base. */
export function splitId(id: string): { base: string; generation: number } {
  const found = ID.exec(id)?.groups;
  if (!found?.base) return { base: id, generation: 1 };
  return { base: found.base, generation: found.generation ? Number(found.generation) : 1 };
}
