import {
  type BackendEntry,
  type BackendModel,
  backendModel,
  countsModel,
  type EntryKey,
  type ListedModel,
  mayCallFunctions,
} from '../sources/index.ts';

/** A model is gone when it was missing in so many answers in a row. */
const MISSES = 2;

/** How often a call to find out about a model is made, where none is answered. */
const MOST_TRIES = 3;

/** What is known of one model. */
interface Known {
  model: ListedModel;
  /** In how many answers in a row it was missing. */
  misses: number;
  /** In how many answers in a row its length was missing. */
  lengthMisses: number;
  callsFunctions: boolean | undefined;
  /** How often it was asked in vain. */
  tries: number;
  object: BackendModel;
}

/** Told of each object that is another than before; undefined where it is gone. */
export type OnModel = (name: string, object: BackendModel | undefined) => void;

/** A model that is to be asked, where the entry leads now. */
export interface Question {
  id: string;
  name: string;
  /** How often the entry had moved by then. */
  moves: number;
}

/** What a backend said last about each of its models. */
export interface ModelMemory {
  /** How many answers there were from where the entry leads. */
  readonly answers: number;
  values(): Iterable<BackendModel>;
  get(name: string): BackendModel | undefined;
  /**
   * Takes an answer in.
   *
   * @param isTurn - false: it was asked between two turns, and what it lacks does not count
   * @returns the ids that are new, and those that are gone by now
   */
  answered(models: readonly ListedModel[], isTurn: boolean): { added: string[]; gone: string[] };
  /** Another entry or key counts for all of them. */
  changed(entry: BackendEntry, key: EntryKey): void;
  /** Models that were asked in vain may be asked again. */
  newRound(): void;
  /** The next model that is to be asked; none twice in one round, and none before there was an answer from where the entry leads. */
  nextToAsk(): Question | undefined;
  /**
   * Takes in what came of a question; of one to where the entry led before nothing.
   *
   * @param callsFunctions - undefined: it was asked in vain
   */
  found(question: Question, callsFunctions: boolean | undefined): void;
  /** All of it is gone. */
  clear(): void;
}

export function createModelMemory(first: BackendEntry, firstKey: EntryKey, onModel: OnModel): ModelMemory {
  let [entry, key] = [first, firstKey];
  let answers = 0;
  /** The entry leads elsewhere: what stands is as it was until there is an answer from there. */
  let moved = false;
  let moves = 0;
  let version = 0;
  const askedNow = new Set<string>();
  const byId = new Map<string, Known>();
  const byName = new Map<string, Known>();

  function put(id: string, known: Omit<Known, 'object'>): void {
    const { model, callsFunctions } = known;
    version += 1;
    // It is let in when it was asked once, whatever came of it.
    const waits = isAsked(known) && known.tries === 0 ? { asking: true as const } : {};
    const object = backendModel({ entry, model, key, callsFunctions, ...waits }, version);
    const whole = { ...known, object };
    byId.set(id, whole);
    byName.set(object.name, whole);
    onModel(object.name, object);
  }

  function drop({ model, object }: Known): void {
    byId.delete(model.id);
    byName.delete(object.name);
    onModel(object.name, undefined);
  }

  function isAsked({ callsFunctions, tries, model }: Omit<Known, 'object'>): boolean {
    return entry.probe && callsFunctions === undefined && tries < MOST_TRIES && mayCallFunctions(entry, model.id);
  }

  function answered(models: readonly ListedModel[], isTurn: boolean): { added: string[]; gone: string[] } {
    if (isTurn) answers += 1;
    const there = new Map(models.map((model) => [model.id, model]));
    const added: string[] = [];
    const gone: string[] = [];
    for (const model of models) {
      const known = byId.get(model.id);
      if (!known) added.push(model.id);
      if (known) known.misses = 0;
      const told = known && !moved ? withLength(known, model, isTurn) : model;
      if (known && known.model.maxModelLen === told.maxModelLen && !moved) continue;
      put(model.id, { callsFunctions: undefined, tries: 0, ...known, misses: 0, lengthMisses: 0, model: told });
    }
    for (const [id, known] of byId) {
      if (there.has(id) || !isTurn) continue;
      known.misses += 1;
      if (known.misses < MISSES) continue;
      drop(known);
      gone.push(id);
    }
    moved = false;
    return { added, gone };
  }

  /** A length counts until two answers in a row lack it, as a model does: a row would be made anew with each. */
  function withLength(known: Known, model: ListedModel, isTurn: boolean): ListedModel {
    if (model.maxModelLen !== undefined || known.model.maxModelLen === undefined) {
      known.lengthMisses = 0;
      return model;
    }
    if (isTurn) known.lengthMisses += 1;
    return known.lengthMisses < MISSES ? known.model : model;
  }

  function changed(nextEntry: BackendEntry, nextKey: EntryKey): void {
    const leads = nextEntry.url !== entry.url;
    if (leads) [moved, moves, answers] = [true, moves + 1, 0];
    [entry, key] = [nextEntry, nextKey];
    for (const [id, known] of new Map(byId)) {
      // What it lacked elsewhere does not count here.
      if (leads) [known.misses, known.lengthMisses] = [0, 0];
      if (!countsModel(entry, id)) drop(known);
      else if (!moved) put(id, known);
    }
  }

  return {
    get answers() {
      return answers;
    },
    *values() {
      for (const { object } of byId.values()) yield object;
    },
    get: (name) => byName.get(name)?.object,
    answered: (models, isTurn) =>
      answered(
        models.filter(({ id }) => countsModel(entry, id)),
        isTurn,
      ),
    changed,
    nextToAsk() {
      if (moved) return undefined;
      const isNext = (known: Known): boolean => known.misses === 0 && isAsked(known) && !askedNow.has(known.model.id);
      const next = [...byId.values()].find(isNext);
      return next && { id: next.model.id, name: next.object.name, moves };
    },
    newRound: () => askedNow.clear(),
    found({ id, moves: askedAt }, callsFunctions) {
      if (askedAt !== moves) return;
      askedNow.add(id);
      const known = byId.get(id);
      if (known) put(id, { ...known, callsFunctions, tries: known.tries + (callsFunctions === undefined ? 1 : 0) });
    },
    clear() {
      for (const known of byId.values()) drop(known);
    },
  };
}
