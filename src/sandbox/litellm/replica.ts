import { randomInt } from 'node:crypto';
import type { Fields } from '../fields.ts';
import { type Database, DatabaseDown, type Row } from './database.ts';
import { shownParams } from './masking.ts';
import { isLoadable } from './providers.ts';

/** A model that a replica serves: a row as it was when it was loaded, or a model of the config file. */
export interface Deployment {
  readonly id: string;
  readonly name: string;
  readonly params: Fields;
  readonly info: Fields;
  readonly isBlocked: boolean;
}

/** Params that LiteLLM fills in for every row (`GenericLiteLLMParams`, 1.106). */
const PARAM_DEFAULTS: Fields = {
  allow_client_keepalive_override: false,
  use_in_pass_through: false,
  use_litellm_proxy: false,
  use_xai_oauth: false,
  merge_reasoning_content_in_choices: false,
};

/** A row as a router holds it. */
export function deploymentOf(row: Row): Deployment {
  return {
    id: row.model_id,
    name: row.model_name,
    params: row.litellm_params,
    info: { ...row.model_info, id: row.model_id, db_model: true, blocked: row.blocked },
    isBlocked: row.blocked,
  };
}

/** A deployment as `/model/info` shows it. */
export function shownDeployment(deployment: Deployment): Fields {
  const { name, params, info } = deployment;
  const derived = { key: params.model, litellm_provider: String(params.model).split('/')[0], direct_access: true };
  return {
    model_name: name,
    litellm_params: shownParams({ ...PARAM_DEFAULTS, ...params }),
    model_info: { ...derived, access_via_team_ids: [], ...info },
  };
}

function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return pattern.includes('*') && new RegExp(`^${parts.join('.*')}$`).test(name);
}

function weightOf(deployment: Deployment): number {
  const { weight } = deployment.params;
  return typeof weight === 'number' ? weight : 0;
}

function orderOf(deployment: Deployment): number {
  const { order } = deployment.params;
  return typeof order === 'number' ? order : Number.POSITIVE_INFINITY;
}

/** One process of LiteLLM: what it serves is what it last loaded, whatever the database holds since. */
export class Replica {
  readonly #database: Database;
  readonly #config: readonly Deployment[];
  #deployments = new Map<string, Deployment>();

  constructor(database: Database, config: readonly Deployment[]) {
    this.#database = database;
    this.#config = config;
    this.load();
  }

  /** What it serves now: the config file's models, then the rows. */
  get deployments(): readonly Deployment[] {
    return [...this.#config, ...this.#deployments.values()];
  }

  get(id: string): Deployment | undefined {
    return this.deployments.find((deployment) => deployment.id === id);
  }

  /** Loads the database's rows; keeps what it has while that cannot be reached. */
  load(): void {
    try {
      const rows = this.#database.all().filter((row) => isLoadable(row.litellm_params));
      this.#deployments = new Map(rows.map((row) => [row.model_id, deploymentOf(row)]));
    } catch (error) {
      if (!(error instanceof DatabaseDown)) throw error;
    }
  }

  /** Drops one deployment, as the replica does that answers a delete. */
  evict(id: string): void {
    this.#deployments.delete(id);
  }

  /** The deployments that a call for a name or an id may go to, blocked ones too; a name with `*` takes what none other has. */
  candidates(model: string): readonly Deployment[] {
    const named = this.deployments.filter((deployment) => deployment.name === model);
    if (named.length > 0) return named;
    const byId = this.get(model);
    if (byId) return [byId];
    return this.deployments.filter((deployment) => matchesPattern(deployment.name, model));
  }

  /** The names that clients may ask for: those with a deployment that is not blocked. */
  names(): readonly string[] {
    const open = this.deployments.filter((deployment) => !deployment.isBlocked && !deployment.name.includes('*'));
    return [...new Set(open.map((deployment) => deployment.name))];
  }
}

/** Picks one: the lowest `order` first, then at random by `weight`. Undefined when there is none. */
export function pick(deployments: readonly Deployment[]): Deployment | undefined {
  const lowest = Math.min(...deployments.map(orderOf));
  const ranked = deployments.filter((deployment) => orderOf(deployment) === lowest);
  const total = ranked.reduce((sum, deployment) => sum + weightOf(deployment), 0);
  if (total <= 0) return ranked.length === 0 ? undefined : ranked[randomInt(ranked.length)];
  let left = Math.random() * total;
  return ranked.find((deployment) => {
    left -= weightOf(deployment);
    return left < 0;
  });
}

/** The namesake in the database of what a router does not know, as LiteLLM looks for it before it refuses a call. */
export function readThrough(database: Database, model: string): readonly Deployment[] {
  try {
    const rows = database.all().filter((row) => isLoadable(row.litellm_params));
    return rows.filter((row) => row.model_name === model || row.model_id === model).map(deploymentOf);
  } catch (error) {
    if (!(error instanceof DatabaseDown)) throw error;
    return [];
  }
}
