import { randomInt } from 'node:crypto';
import { type Fields, textAt } from '../fields.ts';
import { type Database, DatabaseDown, type Row } from './database.ts';
import { type Deployment, deploymentOf, type KnownModels, learn, shownDeployment } from './deployment.ts';
import { isLoadable } from './providers.ts';

/** How long a replica remembers that the database does not have a name (`READ_THROUGH_MISS_TTL_SECONDS`, 1.106). */
const MISS_MILLISECONDS = 2_000;

function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return pattern.includes('*') && new RegExp(`^${parts.join('.*')}$`).test(name);
}

/** One process of LiteLLM: what it serves is what it last loaded, whatever the database holds since. */
export class Replica {
  readonly #database: Database;
  readonly #config: readonly Deployment[];
  readonly #known: KnownModels = new Map();
  readonly #misses = new Map<string, number>();
  #deployments = new Map<string, Deployment>();
  #credentials: ReadonlyMap<string, Fields> = new Map();

  constructor(database: Database, config: readonly Deployment[]) {
    this.#database = database;
    this.#config = config;
    for (const deployment of config) learn(this.#known, deployment);
    this.load();
  }

  /** What it serves now: the config file's models, then the rows. */
  get deployments(): readonly Deployment[] {
    return [...this.#config, ...this.#deployments.values()];
  }

  /** Whether it serves a name with a `*`. */
  get hasPatterns(): boolean {
    return this.deployments.some(({ name }) => name.includes('*'));
  }

  /** The values of every credential that it has loaded, by its name. */
  get credentials(): ReadonlyMap<string, Fields> {
    return this.#credentials;
  }

  get(id: string): Deployment | undefined {
    return this.#deployments.get(id) ?? this.#config.find((deployment) => deployment.id === id);
  }

  /** A deployment as `/model/info` shows it. */
  show(deployment: Deployment): Fields {
    return shownDeployment(deployment, this.#known);
  }

  /** Loads the database's rows and credentials; keeps what it has while that cannot be reached. */
  load(): void {
    try {
      const rows = this.#database.all();
      this.#deployments = new Map();
      for (const row of rows) this.#add(row);
      this.loadCredentials();
    } catch (error) {
      if (!(error instanceof DatabaseDown)) throw error;
    }
  }

  /** As the replica does that takes, or deletes, a credential. Throws a DatabaseDown. */
  loadCredentials(): void {
    this.#credentials = this.#database.credentials();
  }

  /** Drops one deployment, as the replica does that answers a delete. */
  evict(id: string): void {
    this.#deployments.delete(id);
  }

  /**
   * The deployments that a call for a name or an id may go to, blocked ones too. A pattern takes what none other has; where
   * a replica has patterns it does not look into the database for a name that it lacks, else it does (seen at 1.106).
   */
  candidates(model: string): readonly Deployment[] {
    const loaded = this.#loaded(model);
    if (loaded.length > 0) return loaded;
    if (this.hasPatterns) return this.deployments.filter(({ name }) => matchesPattern(name, model));
    return this.#readThrough(model) ? this.#loaded(model) : [];
  }

  /** The names that clients may ask for, each with its mode: those with a deployment that is not blocked. */
  names(): ReadonlyMap<string, string | undefined> {
    const open = this.deployments.filter((deployment) => !deployment.isBlocked && !deployment.name.includes('*'));
    return new Map(open.map(({ name, info }) => [name, textAt(info, 'mode')]));
  }

  #add(row: Row): void {
    if (!isLoadable(row.litellm_params)) return;
    const deployment = deploymentOf(row);
    this.#deployments.set(deployment.id, deployment);
    learn(this.#known, deployment);
  }

  #loaded(model: string): readonly Deployment[] {
    const named = this.deployments.filter((deployment) => deployment.name === model);
    const byId = this.get(model);
    return named.length === 0 && byId ? [byId] : named;
  }

  #readThrough(model: string): boolean {
    if ((this.#misses.get(model) ?? 0) > Date.now() || this.#database.isDown) return false;
    const rows = this.#database.all().filter((row) => row.model_name === model || row.model_id === model);
    for (const row of rows) this.#add(row);
    if (rows.length > 0) this.#misses.delete(model);
    else this.#misses.set(model, Date.now() + MISS_MILLISECONDS);
    return rows.length > 0;
  }
}

function numberIn(deployment: Deployment, key: string): number | undefined {
  const value = deployment.params[key];
  return typeof value === 'number' ? value : undefined;
}

/** Picks one: the lowest `order` first, then at random by `weight`. Undefined when there is none. */
export function pick(deployments: readonly Deployment[]): Deployment | undefined {
  const orderOf = (deployment: Deployment) => numberIn(deployment, 'order') ?? Number.POSITIVE_INFINITY;
  const weightOf = (deployment: Deployment) => numberIn(deployment, 'weight') ?? 0;
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
