import { KubernetesError } from '../kubernetes/index.ts';
import type { Gate, Registry } from '../litellm/index.ts';
import { type Change, type SourceRef, type StampedRecord, takesOut } from '../registration/index.ts';
import { type Decision, decide, decideDelisted, decideUnselected } from './decide.ts';
import type { Place } from './source-view.ts';
import type { World } from './world.ts';

export interface VerifierOptions {
  world: World & { registry: Registry };
  gate: Pick<Gate, 'failed'>;
  /** Where an object is kept known; undefined where it is not looked after. */
  placeOf: (key: string) => Place | undefined;
  /** What would be done, from what is known. */
  consider: (key: string) => Decision | undefined;
}

/** Makes sure of what is only known before anything is written. */
export interface Verifier {
  /** What is to be done, after names that would be taken were looked up in LiteLLM's database, and objects whose rows would go were read once more. */
  verify(key: string, signal?: AbortSignal): Promise<Decision | undefined>;
  /** Tells the book of names which rows of ours stand under one. */
  noteName(name: string): void;
}

export function createVerifier({ world, gate, placeOf, consider }: VerifierOptions): Verifier {
  const { registry, names, departures } = world;

  async function verify(key: string, signal?: AbortSignal): Promise<Decision | undefined> {
    const place = placeOf(key);
    const first = place && consider(key);
    if (!first) return undefined;
    const lookedUp = await lookUpNames(first, place.ref, signal);
    const second = lookedUp ? consider(key) : first;
    // Before a model is taken out its object is read once more.
    if (!second?.plan.changes.some(takesOut)) return second;
    const { ref, view, cache } = place;
    const object = await cache.fetch(ref.namespace, ref.name).catch((error: unknown) => goneWithItsKind(key, error));
    if (object === 'unselected') return decideUnselected(second);
    const third = decide(world, ref, view.source, object);
    if (!object && cache.isDelisted) return decideDelisted(third);
    // What is read now may want names that nobody has looked up.
    return (await lookUpNames(third, ref, signal)) ? decide(world, ref, view.source, object) : third;
  }

  /** With its CRD an object goes for good, and then there is nobody to ask: that it was seen to go is enough. */
  function goneWithItsKind(key: string, error: unknown): undefined {
    if (error instanceof KubernetesError && error.code === 'not-found' && departures.saw(key)) return undefined;
    throw error;
  }

  /** @returns true where there was a name to look up */
  async function lookUpNames({ plan }: Decision, ref: SourceRef, signal?: AbortSignal): Promise<boolean> {
    const taken = plan.changes.flatMap(namesTaken);
    await Promise.all(taken.map((name) => lookUpName(name, ref, signal)));
    return taken.length > 0;
  }

  async function lookUpName(name: string, ref: SourceRef, signal?: AbortSignal): Promise<void> {
    await registry.lookUp(name, ref, signal).catch(lookUpFailed);
    // A row that no list has shown yet holds its name, too, also for a while after it went.
    noteName(name);
  }

  /** Only the failure of a look-up says something: without its database LiteLLM answers one from memory, with 200 (measured on 1.106.0). */
  function lookUpFailed(error: unknown): never {
    gate.failed(error);
    throw error;
  }

  function noteName(name: string): void {
    names.nameSeen(name, ownRowsUnder(name));
  }

  function namesTaken(change: Change): string[] {
    if (change.kind !== 'create') return [];
    const { publicName } = change.entry;
    return ownRowsUnder(publicName).length > 0 ? [] : [publicName];
  }

  function ownRowsUnder(publicName: string): StampedRecord[] {
    return registry
      .underName(publicName)
      .filter((row): row is StampedRecord => row.stored && row.stamp?.owner === world.owner);
  }

  return { verify, noteName };
}
