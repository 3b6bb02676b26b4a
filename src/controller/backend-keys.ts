import PQueue from 'p-queue';
import { KubernetesError, type Secret } from '../kubernetes/index.ts';
import { quoted, type SecretRef, sentKeyProblem } from '../registration/index.ts';

/**
 * What is known of a backend's key.
 *
 * - `known`: `version` changes whenever the Secret does.
 * - `wrong`: there is no such Secret or entry, or its value is no key.
 * - `unknown`: it cannot be read now, which says nothing; without `why` it was not looked at yet.
 */
export type BackendKey =
  | { state: 'known'; value: string; version: string }
  | { state: 'wrong'; why: string }
  | { state: 'unknown'; why?: string };

/** The backends' keys, as they were read last. */
export interface BackendKeys {
  look: (ref: SecretRef) => BackendKey;
  /** Reads the Secret anew. What goes wrong is part of what `look` says then. */
  read: (ref: SecretRef, signal?: AbortSignal) => Promise<void>;
  /** Reads each Secret once, and forgets all others. @returns those that are others than before */
  readAll: (refs: Iterable<SecretRef>, signal?: AbortSignal) => Promise<SecretRef[]>;
}

/** @returns undefined where there is no such Secret. @throws KubernetesError */
export type ReadSecret = (place: SecretRef, signal?: AbortSignal) => Promise<Secret | undefined>;

type Reading = { secret: Secret | undefined } | { why: string };

/** Secrets that are read at a time. */
const READERS = 8;

/** The entry that is taken where the annotation names none. */
const USUAL_ENTRY = 'api-key';

/** Keeps the keys of those Secrets that are read; a Secret that cannot be asked for at the moment keeps its last reading. */
export function createBackendKeys(readSecret: ReadSecret): BackendKeys {
  const readings = new Map<string, Reading>();
  /** By place: what was told last by `readAll`; single looks read the Secret too. */
  const told = new Map<string, string | undefined>();

  async function read(ref: SecretRef, signal?: AbortSignal): Promise<void> {
    const place = placeOf(ref);
    try {
      readings.set(place, { secret: await readSecret(ref, signal) });
    } catch (error) {
      const before = readings.get(place);
      const denied = error instanceof KubernetesError && error.code === 'forbidden';
      if (denied || !before || 'why' in before) readings.set(place, { why: inWords(ref, error, denied) });
    }
  }

  async function readAll(refs: Iterable<SecretRef>, signal?: AbortSignal): Promise<SecretRef[]> {
    const wanted = new Map([...refs].map((ref) => [placeOf(ref), ref]));
    for (const place of readings.keys()) if (!wanted.has(place)) readings.delete(place);
    for (const place of told.keys()) if (!wanted.has(place)) told.delete(place);
    const queue = new PQueue({ concurrency: READERS });
    await queue.addAll([...wanted.values()].map((ref) => () => read(ref, signal)));
    return [...wanted].flatMap(([place, ref]) => {
      const now = essence(readings.get(place));
      if (told.has(place) && told.get(place) === now) return [];
      told.set(place, now);
      return [ref];
    });
  }

  function look(ref: SecretRef): BackendKey {
    const reading = readings.get(placeOf(ref));
    if (!reading) return { state: 'unknown' };
    if ('why' in reading) return { state: 'unknown', why: reading.why };
    return keyIn(ref, reading.secret);
  }

  return { look, read, readAll };
}

/** What tells one reading from another. */
function essence(reading: Reading | undefined): string | undefined {
  if (!reading) return undefined;
  return 'why' in reading ? reading.why : (reading.secret?.version ?? '');
}

function placeOf({ namespace, name }: SecretRef): string {
  return `${namespace}/${name}`;
}

function inWords({ namespace, name }: SecretRef, error: unknown, denied: boolean): string {
  const secret = `The Secret ${quoted(name)}`;
  if (denied) {
    return `${secret} may not be read: give model-registrar the right to get Secrets in namespace ${namespace}`;
  }
  const why =
    error instanceof KubernetesError ? error.message.replace(/\.$/, '') : 'the API server did not answer in time';
  return `${secret} cannot be read now: ${why}`;
}

function keyIn(ref: SecretRef, secret: Secret | undefined): BackendKey {
  const name = `the Secret ${quoted(ref.name)}`;
  if (!secret) return wrong(`there is no Secret ${quoted(ref.name)} in namespace ${ref.namespace}`);
  const entry = ref.key ?? usualEntry(secret);
  if (entry === undefined) {
    return wrong(
      `${name} has ${secret.keys.length} entries and none is ${quoted(USUAL_ENTRY)}: name one as ${ref.name}/ENTRY`,
    );
  }
  const value = secret.entry(entry)?.trim();
  if (value === undefined) return wrong(`${name} has no entry ${quoted(entry)}`);
  const problem = sentKeyProblem(value);
  return problem
    ? wrong(`the entry ${quoted(entry)} of ${name} ${problem}`)
    : { state: 'known', value, version: secret.version };
}

function usualEntry({ keys }: Secret): string | undefined {
  if (keys.includes(USUAL_ENTRY)) return USUAL_ENTRY;
  return keys.length === 1 ? keys[0] : undefined;
}

function wrong(why: string): BackendKey {
  return { state: 'wrong', why };
}
