import { type Applied, type Gate, LiteLlmError, type Priority, type Registry, type Writer } from '../litellm/index.ts';
import {
  type Change,
  digest,
  type Projection,
  parseSourceKey,
  type SecretRef,
  type SourceRef,
  type StampedRecord,
  sourceKey,
  takesOut,
} from '../registration/index.ts';
import type { SourceObject } from '../sources/index.ts';
import type { BackendKeys } from './backend-keys.ts';
import { type Decision, decide, decideUnselected } from './decide.ts';
import type { ObjectCache, SourceView } from './source-view.ts';
import type { World } from './world.ts';

/** What came of one look at an object. */
export interface Outcome {
  key: string;
  decision: Decision;
  applied: Applied[];
  /** What kept the rest from being done. */
  error?: unknown;
  /** True where the way to LiteLLM was closed, or another replica leads, so that nothing was tried. */
  gated: boolean;
}

/** How urgent a turn is: a person waits for it, or it is one of many. */
export type Urgency = 'prompt' | 'bulk';

/** What a change of an object comes to. */
export type Meaning = 'leaving' | 'changed' | 'same';

/** The one engine: `run`, `sync` and `plan` are turns of it. */
export interface Engine {
  /**
   * Takes note of an object as it is now (undefined: gone), so that names are judged by what lives.
   *
   * @returns `leaving` where its models have to go at once, `same` where it means what it meant before: then there is nothing to do
   */
  observe(kind: string, namespace: string, name: string, object: SourceObject | undefined): Meaning;
  /** What each object that is known means now. */
  projections(): { source: SourceRef; uid: string; projection: Projection }[];
  /** Every key there is something to know about: objects, and rows whose object may be gone. */
  keys(): string[];
  /** What would be done, from what is known; undefined where nothing can be known for sure. */
  consider(key: string): Decision | undefined;
  /** As `consider`, after names that would be taken were looked up in LiteLLM's database, and objects whose rows would go were read once more. */
  verify(key: string, signal?: AbortSignal): Promise<Decision | undefined>;
  /** Looks at one object and does what is to be done. Failures of single changes are part of the outcome. */
  reconcile(key: string, urgency: Urgency, signal?: AbortSignal): Promise<Outcome | undefined>;
  /** Reads the Secrets that objects name: what cannot be read is part of what is decided then. */
  readKeys(signal?: AbortSignal): Promise<void>;
  /** Reads LiteLLM's list. @throws LiteLlmError */
  refresh(signal?: AbortSignal): Promise<void>;
}

export interface EngineOptions {
  world: World & { registry: Registry; backendKeys: BackendKeys };
  /** Read at each use: sources may be added after the engine was made. */
  views: readonly SourceView[];
  writer: Writer;
  gate: Gate;
  dryRun: boolean;
}

/** Puts sources, plan and registry together. */
export function createEngine({ world, views, writer, gate, dryRun }: EngineOptions): Engine {
  const { registry, names, backendKeys } = world;
  /** By key: a digest of what an object meant when it was seen last. */
  const meanings = new Map<string, string>();
  /** By key: the Secret that an object names. */
  const secrets = new Map<string, SecretRef>();
  const viewOf = (kind: string): SourceView | undefined => views.find((view) => view.source.kind === kind);

  function observe(kind: string, namespace: string, name: string, object: SourceObject | undefined): Meaning {
    const key = sourceKey({ kind, namespace, name });
    const source = viewOf(kind)?.source;
    if (!object || !source) {
      names.forget(key);
      meanings.delete(key);
      secrets.delete(key);
      return 'leaving';
    }
    const projection = source.project(object, world.projection, world.related);
    const { createdAt, uid } = object;
    names.declare(key, { namespace, createdAt, uid }, projection.state === 'ignore' ? [] : projection.names);
    const secret = projection.state === 'serve' ? projection.apiKeySecret : undefined;
    if (secret) secrets.set(key, secret);
    else secrets.delete(key);
    const meaning = digest(JSON.stringify([uid, projection]), 16);
    if (meanings.get(key) === meaning) return 'same';
    meanings.set(key, meaning);
    return projection.state === 'withdraw' ? 'leaving' : 'changed';
  }

  function projections(): { source: SourceRef; uid: string; projection: Projection }[] {
    return views.flatMap(({ source, caches }) =>
      caches.flatMap((cache) =>
        [...cache.values()].map((object) => ({
          source: { kind: source.kind, namespace: object.namespace, name: object.name },
          uid: object.uid,
          projection: source.project(object, world.projection, world.related),
        })),
      ),
    );
  }

  function keys(): string[] {
    const found = new Set<string>();
    for (const { source, caches } of views) {
      for (const cache of caches) {
        for (const { namespace, name } of cache.values()) found.add(sourceKey({ kind: source.kind, namespace, name }));
      }
    }
    for (const { stamp } of registry.owned()) found.add(stamp.source);
    return [...found];
  }

  function consider(key: string): Decision | undefined {
    const place = placeOf(key);
    if (!place) return undefined;
    const { ref, view, cache } = place;
    const object = cache.get(`${ref.namespace}/${ref.name}`);
    // A source that cannot be read says nothing about what it does not show.
    if (!object && cache.state !== 'synced') return undefined;
    return decide(world, ref, view.source, object);
  }

  async function verify(key: string, signal?: AbortSignal): Promise<Decision | undefined> {
    await readKey(key, signal);
    return verifyKnown(key, signal);
  }

  async function verifyKnown(key: string, signal?: AbortSignal): Promise<Decision | undefined> {
    const place = placeOf(key);
    const first = place && consider(key);
    if (!first) return undefined;
    const lookedUp = await lookUpNames(first, place.ref, signal);
    const second = lookedUp ? consider(key) : first;
    // Before a model is taken out its object is read once more.
    if (!second?.plan.changes.some(takesOut)) return second;
    const { ref, view, cache } = place;
    const object = await cache.fetch(ref.namespace, ref.name);
    if (object === 'unselected') return decideUnselected(second);
    const third = decide(world, ref, view.source, object);
    // What is read now may want names that nobody has looked up.
    return (await lookUpNames(third, ref, signal)) ? decide(world, ref, view.source, object) : third;
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
    names.nameSeen(name, ownRowsUnder(name));
  }

  /** Only the failure of a look-up says something: without its database LiteLLM answers one from memory, with 200 (measured on 1.106.0). */
  function lookUpFailed(error: unknown): never {
    gate.failed(error);
    throw error;
  }

  async function reconcile(key: string, urgency: Urgency, signal?: AbortSignal): Promise<Outcome | undefined> {
    await readKey(key, signal);
    const known = consider(key);
    if (!known) return undefined;
    if (known.plan.changes.length === 0 || dryRun) return { key, decision: known, applied: [], gated: false };
    if (gate.admit() > 0) return { key, decision: known, applied: [], gated: true };
    const applied: Applied[] = [];
    let decision = known;
    try {
      const verified = await verifyKnown(key, signal);
      // Nothing can be known for sure any more: nothing is done.
      if (!verified) return undefined;
      decision = verified;
      for (const change of decision.plan.changes) {
        applied.push(await writer.run(priorityOf(change, urgency), () => write(change, signal), signal));
      }
    } catch (error) {
      return { key, decision, applied, error, gated: error instanceof GateClosed || isNotLeader(error) };
    }
    // What was written changes what there is to say: the next look sees it.
    return { key, decision: settled(key, decision), applied, gated: false };
  }

  function settled(key: string, decision: Decision): Decision {
    if (decision.plan.changes.length === 0) return decision;
    const after = consider(key);
    if (!after) return decision;
    return { ...after, uid: after.uid ?? decision.uid, ...(decision.why !== undefined && { why: decision.why }) };
  }

  async function write(change: Change, signal?: AbortSignal): Promise<Applied> {
    if (gate.waitMs() > 0 && !gate.probing) throw new GateClosed();
    const applied = await viaGate(() => registry.apply(change, signal));
    const { publicName } = 'entry' in change ? change.entry : change.record;
    names.nameSeen(publicName, ownRowsUnder(publicName));
    return applied;
  }

  async function readKey(key: string, signal?: AbortSignal): Promise<void> {
    const secret = secrets.get(key);
    if (secret) await backendKeys.read(secret, signal);
  }

  async function readKeys(signal?: AbortSignal): Promise<void> {
    await backendKeys.readAll(secrets.values(), signal);
  }

  async function refresh(signal?: AbortSignal): Promise<void> {
    await viaGate(() => registry.refresh(signal), true);
    names.rowsSeen(registry.owned());
  }

  async function viaGate<T>(call: () => Promise<T>, whole = false): Promise<T> {
    try {
      const result = await call();
      gate.succeeded();
      return result;
    } catch (error) {
      gate.failed(error, whole);
      throw error;
    }
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

  function placeOf(key: string): { ref: SourceRef; view: SourceView; cache: ObjectCache } | undefined {
    const ref = parseSourceKey(key);
    const view = ref && viewOf(ref.kind);
    const cache = ref && view?.cacheFor(ref.namespace);
    return ref && view && cache ? { ref, view, cache } : undefined;
  }

  return { observe, projections, keys, consider, verify, reconcile, readKeys, refresh };
}

/** LiteLLM as a whole does not work just now: nothing was tried. */
class GateClosed extends Error {
  override readonly name = 'GateClosed';
}

/** Another replica leads, or this one has just lost the Lease: nothing was tried. */
export function isNotLeader(error: unknown): boolean {
  return error instanceof LiteLlmError && error.code === 'not-leader';
}

function priorityOf(change: Change, urgency: Urgency): Priority {
  if (takesOut(change)) return 'withdrawal';
  return urgency;
}

/** The words for a failure that may go into Events and logs: no body, no header, no secret. */
export function describeError(error: unknown): { code: string; message: string } {
  if (error instanceof LiteLlmError) return { code: error.code, message: error.message };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return { code: error.code, message: error.message };
  }
  return { code: 'internal', message: 'an unexpected error: see the log' };
}
