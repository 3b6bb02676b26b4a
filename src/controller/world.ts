import type { Credentials, Registry } from '../litellm/index.ts';
import type { ModelRecord, Policy, Problem } from '../registration/index.ts';
import type { ProjectionSettings, RelatedObjects } from '../sources/index.ts';
import type { BackendKeys } from './backend-keys.ts';
import type { Departures } from './departures.ts';
import type { Downtimes } from './downtimes.ts';
import type { WarningReason } from './event-table.ts';
import type { NameBook } from './name-book.ts';
import type { Patience } from './patience.ts';

/** Something that stays wrong with an object until somebody changes something. */
export interface StandingProblem extends Omit<Problem, 'reason'> {
  reason: WarningReason;
}

/** All that a decision depends on besides the object. */
export interface World {
  owner: string;
  registry: Pick<Registry, 'recordsOf' | 'underName' | 'takingByPattern' | 'hasId'>;
  names: NameBook;
  patience: Patience;
  downtimes: Downtimes;
  departures: Departures;
  projection: ProjectionSettings;
  related: RelatedObjects;
  backendKeys: Pick<BackendKeys, 'look'>;
  /** LiteLLM's own, which objects may name. */
  credentials?: Credentials;
  /** By the key of an object: rows of others that it takes over. Such an object is looked at for that alone. */
  adopting?: ReadonlyMap<string, readonly ModelRecord[]>;
  policy: Policy;
  settleMs: number;
  now: () => number;
}
