import { isDeepStrictEqual } from 'node:util';
import type { Row } from '../../../src/sandbox/index.ts';

/** The installation that is tested. */
export const OWNER = 'prod';

/** An object as the model knows it: what its owner wrote, and whether it serves. */
export interface Model {
  namespace: string;
  name: string;
  uid: string;
  createdAt: number;
  names: string[];
  servedName: string;
  tokens?: number | undefined;
  timeout?: number | undefined;
  notes?: string | undefined;
  /** `never`: since it was made it has not been Ready. */
  state: 'never' | 'serves' | 'dips';
  stopped: boolean;
  enabled: boolean;
}

interface OwnRow {
  row: Row;
  place: string;
  uid: string;
}

/**
 * What must stand in LiteLLM, said once more and in another way than the controller does: a row for each name of what serves, none for what is
 * gone, nothing lost by a dip, nothing of others touched, and no name with rows of two namespaces.
 */
export class Reference {
  readonly models = new Map<string, Model>();
  /** Rows of others, as they stand. */
  readonly foreign = new Map<string, Row>();
  /** `place uid name` of what was registered at the last rest, and that nothing has happened to since by which it might go. */
  readonly standing = new Set<string>();
  /** `place uid name` of what an administrator blocked. */
  readonly blocked = new Set<string>();
  /** Objects of which somebody ever blocked a row. */
  readonly everBlocked = new Set<string>();

  /** Something happened by which rows of an object may go: those of one name, or all. */
  release(place: string, name?: string): void {
    for (const set of [this.standing, this.blocked]) {
      for (const key of set) if (isOf(key, place, name)) set.delete(key);
    }
  }

  /** What is wrong at any moment, also between two calls. */
  wrongAlways(rows: readonly Row[]): string[] {
    const byId = new Map(rows.map((row) => [row.model_id, row]));
    const touched = [...this.foreign].flatMap(([id, row]) =>
      isDeepStrictEqual(byId.get(id), row) ? [] : [`the row ${id} of somebody else is not as it was`],
    );
    const held = new Set(ownRows(rows).map(keyOf));
    const lost = [...this.standing].flatMap((key) => (held.has(key) ? [] : [`${key} lost its last row`]));
    return [...touched, ...lost];
  }

  /** What is wrong when nothing happens any more. */
  wrongAtRest(rows: readonly Row[]): string[] {
    const own = ownRows(rows);
    const gone = own.flatMap(({ row, place, uid }) => {
      const model = this.models.get(place);
      const mayHave = model?.uid === uid && model.enabled && !model.stopped && model.state !== 'never';
      return mayHave ? [] : [`${row.model_id} stands for what is gone, stopped or never served`];
    });
    return [
      ...this.wrongAlways(rows),
      ...gone,
      ...[...this.models].flatMap(([place, model]) => this.#wrongOf(place, model, own)),
      ...this.#wrongBlocks(own),
      ...this.#wrongHolders(own),
    ];
  }

  /** Notes what stands now as what must not be lost. */
  rested(rows: readonly Row[]): void {
    this.standing.clear();
    for (const own of ownRows(rows)) {
      const model = this.models.get(own.place);
      if (model?.names.includes(own.row.model_name)) this.standing.add(keyOf(own));
    }
  }

  #wrongOf(place: string, model: Model, own: readonly OwnRow[]): string[] {
    if (!serves(model)) return [];
    const mine = own.filter((one) => one.place === place && one.uid === model.uid);
    const wrong: string[] = [];
    for (const name of model.names) {
      const [found, ...more] = mine.filter(({ row }) => row.model_name === name);
      if (more.length > 0) wrong.push(`${place} has ${more.length + 1} rows under ${name}`);
      if (!found && !this.#isContested(name, own)) wrong.push(`${place} has no row under ${name}`);
      if (found) wrong.push(...wrongContents(place, model, found.row));
    }
    // Where none of its names can be had, an object keeps what it had before.
    const has = mine.some(({ row }) => model.names.includes(row.model_name));
    const stale = mine.filter(({ row }) => !model.names.includes(row.model_name));
    if (has) wrong.push(...stale.map(({ row }) => `${place} has a row under its former name ${row.model_name}`));
    return wrong;
  }

  /** Whether somebody else may have it. */
  #isContested(name: string, own: readonly OwnRow[]): boolean {
    if ([...this.foreign.values()].some((row) => row.model_name === name)) return true;
    const declaring = this.#declaring(name).map(({ namespace }) => namespace);
    const holding = own.filter(({ row }) => row.model_name === name).map(({ place }) => place.split('/')[0]);
    return new Set([...declaring, ...holding]).size > 1;
  }

  #declaring(name: string): Model[] {
    return [...this.models.values()].filter(({ enabled, names }) => enabled && names.includes(name));
  }

  #wrongBlocks(own: readonly OwnRow[]): string[] {
    const lost = own.filter((one) => this.blocked.has(keyOf(one)) && !one.row.blocked);
    const made = own.filter(({ place, row }) => row.blocked && !this.everBlocked.has(place));
    return [
      ...lost.map((one) => `${keyOf(one)} was blocked by somebody, and is not any more`),
      ...made.map((one) => `${keyOf(one)} is blocked, and nobody did that`),
    ];
  }

  /** A name has rows of one namespace, and one that nobody else has is held by some object that serves it. */
  #wrongHolders(own: readonly OwnRow[]): string[] {
    const names = new Set([...this.models.values()].flatMap((model) => model.names));
    return [...names].flatMap((name) => {
      const holders = new Set(own.flatMap(({ row, place }) => (row.model_name === name ? [place.split('/')[0]] : [])));
      if (holders.size > 1) return [`${name} has rows of ${[...holders].join(' and ')}`];
      const declaring = this.#declaring(name).sort(byAge);
      const [oldest] = declaring;
      if (holders.size > 0 || !oldest || !serves(oldest)) return [];
      const byHand = [...this.foreign.values()].some((row) => row.model_name === name);
      return byHand ? [] : [`nobody has ${name}`];
    });
  }
}

export function serves({ state, enabled, stopped }: Model): boolean {
  return state === 'serves' && enabled && !stopped;
}

/** The address of an object's API, as KServe reports it. */
export function addressOf({ namespace, name }: Model): string {
  return `http://${name}-predictor.${namespace}.svc.cluster.local`;
}

function wrongContents(place: string, model: Model, { model_id, litellm_params, model_info }: Row): string[] {
  const wanted = {
    model: `hosted_vllm/${model.servedName}`,
    api_base: `${addressOf(model)}/openai/v1`,
    api_key: 'not-needed',
    timeout: model.timeout,
  };
  const info = { max_tokens: model.tokens, max_input_tokens: model.tokens, notes: model.notes };
  const wrong = [...differing(wanted, litellm_params), ...differing(info, model_info)];
  return wrong.map((what) => `${place}: ${model_id} has ${what}`);
}

function differing(wanted: Readonly<Record<string, unknown>>, held: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(wanted).flatMap(([key, value]) =>
    held[key] === value ? [] : [`${key} ${JSON.stringify(held[key])} instead of ${JSON.stringify(value)}`],
  );
}

/** The rows that carry the mark of this installation. */
export function ownRows(rows: readonly Row[]): OwnRow[] {
  return rows.flatMap((row) => {
    const mark = row.model_info.model_registrar as { owner?: string; source?: string; uid?: string } | undefined;
    if (mark?.owner !== OWNER) return [];
    const [, ...place] = `${mark.source}`.split('/');
    return [{ row, place: place.join('/'), uid: `${mark.uid}` }];
  });
}

export function keyOf({ place, uid, row }: OwnRow): string {
  return `${place} ${uid} ${row.model_name}`;
}

function isOf(key: string, place: string, name: string | undefined): boolean {
  return key.startsWith(`${place} `) && (name === undefined || key.endsWith(` ${name}`));
}

function byAge(one: Model, other: Model): number {
  return one.createdAt - other.createdAt || (one.uid < other.uid ? -1 : 1);
}
