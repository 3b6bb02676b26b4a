import type { Applied, Gate, Priority, Registry, Writer } from '../litellm/index.ts';
import {
  type Change,
  type Judgement,
  parseSourceKey,
  type SecretRef,
  sourceKey,
  takesOut,
} from '../registration/index.ts';
import type { BackendKeys } from './backend-keys.ts';
import { type Decision, decide, decideDelisted, decideUnselected } from './decide.ts';
import { GateClosed, isOvertaken, isUntried, Outdated } from './failures.ts';
import { asHeld, type Guard } from './guard.ts';
import { credentialIn } from './named-credential.ts';
import { createObserver, type Observer } from './observer.ts';
import { type Place, placeKey, type SourceView } from './source-view.ts';
import { createVerifier } from './verifier.ts';
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
  /** True where something would be taken out that has not been judged together with all else that is inferred to be gone. */
  unjudged?: true;
}

/** How urgent a turn is: a person waits for it, or it is one of many. */
export type Urgency = 'prompt' | 'bulk';

/** The one engine: `run`, `sync` and `plan` are turns of it. */
export interface Engine extends Pick<Observer, 'observe' | 'projections'> {
  /** Every key there is something to know about: objects, and rows whose object may be gone. */
  keys(): string[];
  /** Judges as one set all that is inferred to be gone. Until then, and while it is held, none of it is taken out. */
  judge(signal?: AbortSignal): Promise<Judgement>;
  /** The last judgement. */
  readonly judgement: Judgement | undefined;
  /** What would be done, from what is known; undefined where nothing can be known for sure. */
  consider(key: string): Decision | undefined;
  /** As `consider`, but with what is held, after names that would be taken were looked up in LiteLLM's database, and objects whose rows would go were read once more. */
  verify(key: string, signal?: AbortSignal): Promise<Decision | undefined>;
  /**
   * Looks at one object and does what is to be done. Failures of single changes are part of the outcome.
   *
   * @param overtaken - aborted: writes that still wait for their turn are dropped, and count as not tried
   */
  reconcile(key: string, urgency: Urgency, signal?: AbortSignal, overtaken?: AbortSignal): Promise<Outcome | undefined>;
  /**
   * Reads the Secrets that objects name: what cannot be read is part of what is decided then.
   *
   * @returns the keys of the objects whose Secret is another than before, and how many Secrets there are
   */
  readKeys(signal?: AbortSignal): Promise<{ changed: string[]; count: number }>;
  /** Reads LiteLLM's list. @throws LiteLlmError */
  refresh(signal?: AbortSignal): Promise<void>;
}

export interface EngineOptions {
  world: World & { registry: Registry; backendKeys: BackendKeys };
  /** Read at each use: sources may be added after the engine was made. */
  views: readonly SourceView[];
  writer: Writer;
  gate: Gate;
  guard: Guard;
  dryRun: boolean;
}

/** Puts sources, plan and registry together. */
export function createEngine({ world, views, writer, gate, guard, dryRun }: EngineOptions): Engine {
  const { registry, names, backendKeys, departures } = world;
  const observer = createObserver({ world, views });
  const verifier = createVerifier({ world, gate, placeOf, consider: known });

  function keys(): string[] {
    const found = new Set<string>();
    for (const { source, caches } of views) {
      for (const cache of caches) {
        for (const object of cache.values()) {
          if (source.isMeant && !source.isMeant(object)) continue;
          found.add(sourceKey({ kind: source.kind, namespace: object.namespace, name: object.name }));
        }
      }
    }
    for (const { stamp } of registry.owned()) found.add(stamp.source);
    return [...found];
  }

  async function judge(signal?: AbortSignal): Promise<Judgement> {
    const owned = registry.owned().filter(({ stamp }) => placeOf(stamp.source) !== undefined);
    const keys = new Set(owned.map(({ stamp }) => stamp.source));
    departures.prune((key) => keys.has(key));
    const gone = [...keys].filter(seemsGone);
    if (gone.length > 0) await lookForUnselected(signal);
    const decisions = gone.map((key) => ({ key, decision: known(key) }));
    const unread = new Set(decisions.flatMap(({ key, decision }) => (decision ? [] : [key])));
    return guard.judge(
      decisions.flatMap(({ decision }) => decision ?? []),
      owned.map(({ id }) => id),
      owned.filter(({ stamp }) => unread.has(stamp.source)).map(({ id }) => id),
    );
  }

  /** Where that cannot be found out, each object is asked for by itself before its rows go. */
  async function lookForUnselected(signal?: AbortSignal): Promise<void> {
    const caches = views.flatMap((view) => view.caches);
    await Promise.allSettled(caches.map(async (cache) => cache.lookForUnselected?.(signal)));
  }

  function seemsGone(key: string): boolean {
    const place = placeOf(key);
    return !place?.cache.get(placeKey(place.ref)) || departures.ignores(key);
  }

  function consider(key: string): Decision | undefined {
    const decision = known(key);
    return decision && !guard.allows(decision) ? asHeld(decision) : decision;
  }

  function known(key: string): Decision | undefined {
    const place = placeOf(key);
    if (!place) return undefined;
    const { ref, view, cache } = place;
    const object = cache.get(placeKey(ref));
    if (!object && cache.isFresh) departures.forget(key);
    // A source that cannot be read says nothing about what it does not show, but for what was seen to go.
    if (!object && cache.state !== 'synced' && !departures.saw(key)) return undefined;
    const decision = decide(world, ref, view.source, object);
    if (!object && cache.isDelisted) return withoutRetained(key, decision);
    if (object || departures.saw(key) || !cache.isUnselected?.(placeKey(ref))) return decision;
    return decideUnselected(decision);
  }

  function withoutRetained(key: string, decision: Decision): Decision {
    const rest = decideDelisted(decision);
    // What stays is judged anew when it is listed again.
    if (rest !== decision) departures.forget(key);
    return rest;
  }

  async function verify(key: string, signal?: AbortSignal): Promise<Decision | undefined> {
    await readKey(key, signal);
    return verifier.verify(key, signal);
  }

  async function reconcile(
    key: string,
    urgency: Urgency,
    signal?: AbortSignal,
    overtaken = signal,
  ): Promise<Outcome | undefined> {
    await readKey(key, signal);
    const first = known(key);
    if (!first) return undefined;
    if (!guard.allows(first)) return kept(key, first);
    if (first.plan.changes.length === 0 || dryRun) return { key, decision: first, applied: [], gated: false };
    if (gate.admit() > 0) return { key, decision: first, applied: [], gated: true };
    const applied: Applied[] = [];
    let decision = first;
    try {
      const verified = await verifier.verify(key, signal);
      // Nothing can be known for sure any more: nothing is done.
      if (!verified) return undefined;
      decision = verified;
      if (!guard.allows(decision)) return kept(key, decision);
      const version = versionOf(key);
      for (const change of decision.plan.changes) {
        const inTurn = (): Promise<Applied> => {
          if (mayHaveChanged(key, version) && isUncalledFor(key, change)) throw new Outdated();
          return write(change, signal);
        };
        applied.push(await writer.run(priorityOf(change, urgency), inTurn, overtaken));
        if (takesOut(change)) guard.wentOut(decision);
      }
    } catch (error) {
      const untried = isUntried(error) || isOvertaken(error, overtaken, signal);
      return { key, decision, applied, error, gated: untried };
    }
    // What was written changes what there is to say: the next look sees it.
    return { key, decision: settled(key, decision), applied, gated: false };
  }

  /** A delete, or a block, may have waited long for its turn, and the object be back, or serve again. */
  function isUncalledFor(key: string, change: Change): boolean {
    const blocks = (one: Change): boolean => one.kind === 'update' && one.blocked === true;
    const removes = (one: Change): boolean => one.kind === 'delete' && takesOut(one);
    const kind = blocks(change) ? blocks : removes(change) ? removes : undefined;
    if (!kind || !('record' in change)) return false;
    const { id } = change.record;
    return !known(key)?.plan.changes.some((one) => kind(one) && 'record' in one && one.record.id === id);
  }

  /** What an object means may also change by what belongs to it, such as the endpoints of a Service. */
  function mayHaveChanged(key: string, version: string | undefined): boolean {
    const related = placeOf(key)?.view.source.related ?? [];
    return version !== versionOf(key) || related.some((kind) => kind.ownerOf !== undefined);
  }

  /** The object as it is known now. */
  function versionOf(key: string): string | undefined {
    const place = placeOf(key);
    const object = place?.cache.get(placeKey(place.ref));
    return object && `${object.uid} ${object.resourceVersion}`;
  }

  /** What is inferred to be gone, and is held or was not judged yet. */
  function kept(key: string, decision: Decision): Outcome {
    const outcome = { key, decision: asHeld(decision), applied: [], gated: false };
    return guard.knows(decision) ? outcome : { ...outcome, unjudged: true };
  }

  function settled(key: string, decision: Decision): Decision {
    if (decision.plan.changes.length === 0) return decision;
    const after = consider(key);
    if (!after) return decision;
    return { ...after, uid: after.uid ?? decision.uid, ...(decision.why !== undefined && { why: decision.why }) };
  }

  async function write(change: Change, signal?: AbortSignal): Promise<Applied> {
    if (gate.waitMs() > 0 && !gate.probing) throw new GateClosed();
    const applied = await viaGate(
      () => registry.apply(change, signal),
      false,
      ({ result }) => result !== 'skipped',
    );
    verifier.noteName('entry' in change ? change.entry.publicName : change.record.publicName);
    return applied;
  }

  async function readKey(key: string, signal?: AbortSignal): Promise<void> {
    const secret = observer.secretOf(key);
    if (secret) await backendKeys.read(secret, signal);
    if (observer.namesCredential(key)) await world.credentials?.read(signal);
  }

  async function readKeys(signal?: AbortSignal): Promise<{ changed: string[]; count: number }> {
    const secrets = [...observer.secrets()];
    const changed = await backendKeys.readAll(secrets, signal);
    return { changed: observer.naming(changed), count: new Set(secrets.map(secretKey)).size };
  }

  async function refresh(signal?: AbortSignal): Promise<void> {
    await viaGate(() => registry.refresh(signal), true);
    names.rowsSeen(registry.owned());
    // Also those of objects that are not Ready now: their rows may be served.
    if (observer.namesCredential() || registry.owned().some(credentialIn)) await world.credentials?.read(signal);
  }

  /** @param isAnswer - false: what came back says nothing about LiteLLM, which was perhaps not even asked */
  async function viaGate<T>(call: () => Promise<T>, whole = false, isAnswer = (_result: T) => true): Promise<T> {
    try {
      const result = await call();
      if (isAnswer(result)) gate.succeeded();
      return result;
    } catch (error) {
      gate.failed(error, whole);
      throw error;
    }
  }

  function placeOf(key: string): Place | undefined {
    const ref = parseSourceKey(key);
    const view = ref && views.find(({ source }) => source.kind === ref.kind);
    const cache = ref && view?.cacheFor(ref);
    return ref && view && cache ? { ref, view, cache } : undefined;
  }

  return {
    observe: observer.observe,
    projections: observer.projections,
    keys,
    judge,
    get judgement() {
      return guard.judgement;
    },
    consider,
    verify,
    reconcile,
    readKeys,
    refresh,
  };
}

function secretKey({ namespace, name }: SecretRef): string {
  return `${namespace}/${name}`;
}

function priorityOf(change: Change, urgency: Urgency): Priority {
  if (takesOut(change)) return 'withdrawal';
  return urgency;
}
