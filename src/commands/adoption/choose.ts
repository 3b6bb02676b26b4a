import { entryId, type ModelRecord, type SourceRef, type StampedRecord, sourceKey } from '../../registration/index.ts';
import { PlainError } from '../plain-error.ts';
import { declarers, type Known, type Serving, serving } from './known.ts';
import { inConfigFile, notReady, notThere, ofAnother, ofAnotherObject, unlike, withoutMark } from './reasons.ts';
import { sameBackend } from './same-backend.ts';

/** Rows under one public name whose place an object's own row takes. */
export interface Takeover {
  source: SourceRef;
  name: string;
  rows: ModelRecord[];
}

/** Rows that stay as they are. */
export interface LeftOut {
  name: string;
  ids: string[];
  why: string;
}

export interface Choice {
  takeovers: Takeover[];
  leftOut: LeftOut[];
}

/**
 * The rows under one name that were made by hand.
 *
 * @returns undefined where there is nothing to take over any more
 * @throws PlainError with what stands in the way
 */
export function chooseByName(name: string, known: Known): Takeover | undefined {
  const under = known.rows.filter((row) => row.publicName === name);
  const rows = under.filter(isHandMade);
  if (rows.length === 0) {
    const [config] = under.filter(({ stored }) => !stored);
    if (config) throw refusal(name, inConfigFile(config));
    if (under.some((row) => row.stamp?.owner === known.owner)) return undefined;
    const [other] = under.filter(isStamped);
    if (other) throw refusal(name, ofAnother(other, known));
    throw new PlainError(`LiteLLM has no model named "${name}": model-registrar list shows those that it has.`);
  }
  const paired = pairUp(name, rows, known);
  if (typeof paired === 'string') throw refusal(name, paired);
  return paired;
}

/** All rows that were made by hand and plainly are what an object serves: name, base and model are the same. */
export function chooseMatching(known: Known): Choice {
  const choice: Choice = { takeovers: [], leftOut: [] };
  for (const [name, rows] of byName(known.rows.filter(isHandMade))) {
    const [declarer] = declarers(name, known);
    if (!declarer) continue;
    const [its] = serving(name, known);
    const matching = rows.filter((row) => serving(name, known).some((one) => sameBackend(row, one.registration)));
    const leave = (left: ModelRecord[], why: string) =>
      choice.leftOut.push({ name, ids: left.map(({ id }) => id), why });
    if (!its) leave(rows, notReady(declarer));
    else if (matching.length === 0) leave(rows, unlike(its));
    else {
      const paired = pairUp(name, matching, known);
      if (typeof paired === 'string') leave(rows, paired);
      else choice.takeovers.push(paired);
    }
  }
  return choice;
}

export interface FromOwner {
  /** Their owner id. */
  owner: string;
  /** Those under one name alone. */
  name?: string | undefined;
  /** Also those that were made for another object of the same name, which is gone with its cluster. */
  rebuilt: boolean;
}

/** All rows of another owner id, each for the very object that it stands for. */
export function chooseFromOwner({ owner, name: only, rebuilt }: FromOwner, known: Known): Choice {
  const choice: Choice = { takeovers: [], leftOut: [] };
  const theirs = known.rows
    .filter(isStamped)
    .filter(({ stamp, publicName }) => stamp.owner === owner && (only === undefined || publicName === only));
  const add = (name: string, rows: ModelRecord[], paired: Takeover | string): void => {
    if (typeof paired === 'string') choice.leftOut.push({ name, ids: rows.map(({ id }) => id), why: paired });
    else choice.takeovers.push(paired);
  };
  for (const [name, rows] of byName(theirs)) {
    for (const source of new Set(rows.map(({ stamp }) => stamp.source))) {
      const ofName = rows.filter(({ stamp }) => stamp.source === source);
      const objects = known.objects.filter((one) => sourceKey(one.source) === source);
      if (objects.length === 0) {
        add(name, ofName, notThere(source, owner));
        continue;
      }
      const its = ofName.filter(({ stamp }) => rebuilt || objects.some(({ uid }) => uid === stamp.uid));
      if (its.length > 0) add(name, its, pairUp(name, its, { ...known, objects }));
      const others = ofName.filter((row) => !its.includes(row));
      if (others.length > 0) add(name, others, ofAnotherObject(source));
    }
  }
  return choice;
}

/** @returns why it cannot be done, as the end of a sentence */
function pairUp(name: string, rows: ModelRecord[], known: Known): Takeover | string {
  const declared = declarers(name, known);
  const [first] = declared;
  if (!first) return 'no object declares this name: give it to one with the annotation model-registrar.io/model-name';
  const ready = serving(name, known);
  const [only, ...others] = plainlyIts(ready, rows);
  if (!only) return notReady(first);
  if (others.length > 0) {
    const names = ready.map(({ source }) => sourceKey(source)).join(', ');
    return `several objects declare this name (${names}), and it is not plain whose the model is: leave the name to one of them until it is taken over`;
  }
  const handMade = rows.filter(isHandMade);
  if (handMade.length > 1 && !handMade.every((row) => sameBackend(row, only.registration))) {
    const ids = handMade.map(({ id }) => id).join(', ');
    return `LiteLLM has several models of this name (${ids}), and not all of them are what ${sourceKey(only.source)} serves: delete the others in LiteLLM first`;
  }
  const own = rows.find(({ id, stamp }) => !stamp && id === entryId({ ...only, owner: known.owner, publicName: name }));
  if (own) return withoutMark(own);
  return { source: only.source, name, rows };
}

/** Of several objects under one name, those that serve what the rows are for; all where that tells nothing. */
function plainlyIts(ready: readonly Serving[], rows: readonly ModelRecord[]): readonly Serving[] {
  const same = ready.filter(({ registration }) => rows.every((row) => sameBackend(row, registration)));
  return same.length === 1 ? same : ready;
}

function isStamped(row: ModelRecord): row is StampedRecord {
  return row.stored && row.stamp !== undefined;
}

function isHandMade({ stored, stamp }: ModelRecord): boolean {
  return stored && stamp === undefined;
}

function refusal(name: string, why: string): PlainError {
  return new PlainError(`"${name}" cannot be taken over: ${why}.`);
}

function byName<R extends ModelRecord>(rows: readonly R[]): Map<string, R[]> {
  const found = new Map<string, R[]>();
  const sorted = [...rows].sort((one, other) => (one.publicName < other.publicName ? -1 : 1));
  for (const row of sorted) found.set(row.publicName, [...(found.get(row.publicName) ?? []), row]);
  return found;
}
