import type { ModelRecord, StampedRecord } from './entry.ts';
import { NO_NAMESPACE, parseSourceKey } from './registration.ts';

/** Who wants a public name. Objects of one namespace may share a name: LiteLLM balances the calls between them. */
export interface Claimant {
  owner: string;
  namespace: string;
  /** The object itself, as `kind/namespace/name`. */
  source?: string;
  /** Its `metadata.uid`: another cluster may have an object of the same name. */
  uid?: string;
  /** Whether another namespace holds the name together with it, as the administrator says. */
  sharesWith?: (namespace: string) => boolean;
  /** Whether another object of its party is to have no name together with it: calls would be balanced over different models. */
  isApartFrom?: (source: string) => boolean;
}

/** A living object that declares a public name, in whichever state it is. */
export interface Declarer {
  namespace: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  uid: string;
}

/** A namespace that lost its last row under a name a moment ago, and may still come back for it. */
export interface LastHolder {
  namespace: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** What is known of one public name. */
export interface NameState {
  /** Every row under the name, whoever made it. */
  rows: readonly ModelRecord[];
  /** Rows of others whose name is a pattern that takes the calls for this one, such as `openai/*`. */
  patterns?: readonly ModelRecord[];
  declarers: readonly Declarer[];
  lastHolder?: LastHolder | undefined;
}

/**
 * - `granted`: the name is free for the claimant; `beside` tells that somebody else's row stands under it too.
 * - `refused`: somebody else has it; `until` is set where time alone may change that, `remedy` where another name is not the answer.
 * - `yield`: two took it in the same moment, and the claimant's rows have to go.
 */
export type Verdict =
  | { verdict: 'granted'; beside?: string }
  | { verdict: 'refused'; why: string; remedy?: string; until?: number }
  | { verdict: 'yield'; why: string };

export interface ClaimContext {
  /** Milliseconds since 1970. */
  now: number;
  /** Milliseconds for which a list of LiteLLM's may still show a row that is gone. */
  settleMs: number;
}

/**
 * Decides whether a claimant may have rows under a public name.
 *
 * LiteLLM balances over every row with the same `model_name`, whoever made it: unguarded, one namespace could take another's calls.
 * A name belongs to who has rows under it, else to who held it last (for a while), else to the namespace of the oldest object that declares it.
 */
export function decideClaim(name: string, claimant: Claimant, state: NameState, context: ClaimContext): Verdict {
  const mine = state.rows.filter((row) => isStamped(row) && belongsTo(row, claimant)) as StampedRecord[];
  const others = state.rows.filter((row) => !mine.includes(row as StampedRecord));
  // A row of others that LiteLLM does not list takes no calls from ours: it may be gone.
  const beside = others.filter(({ live, stamp }) => live || stamp?.owner === claimant.owner);
  if (mine.length > 0) return keepOrYield(name, mine, beside, context);

  const self = others.find(({ stamp }) => stamp && stamp.owner !== claimant.owner && isFor(claimant, stamp));
  if (self?.stamp) return heldByItself(name, self.stamp.owner);
  const [other] = others;
  if (other) return heldByOther(name, other);
  const [pattern] = state.patterns ?? [];
  if (pattern) {
    // LiteLLM prefers a row of exactly this name: calls that were meant for the pattern would come to the claimant.
    return { verdict: 'refused', why: `"${name}" matches "${pattern.publicName}", ${describeHolder(pattern)}` };
  }

  const { lastHolder } = state;
  if (lastHolder && context.now < lastHolder.until) {
    if (isParty(claimant, lastHolder.namespace)) return { verdict: 'granted' };
    return {
      verdict: 'refused',
      why: `"${name}" was held by ${party(lastHolder.namespace)} a moment ago and is kept for it for a while`,
      until: lastHolder.until,
    };
  }
  const oldest = [...state.declarers].sort(byAge)[0];
  if (oldest && !isParty(claimant, oldest.namespace)) {
    const { namespace } = oldest;
    const why =
      namespace === NO_NAMESPACE
        ? 'listed by the administrator'
        : `declared by an older object in namespace ${namespace}`;
    return { verdict: 'refused', why: `"${name}" is ${why}` };
  }
  return { verdict: 'granted' };
}

function heldByOther(name: string, other: ModelRecord): Verdict {
  const why = `"${name}" is held by ${describeHolder(other)}`;
  if (other.stamp || !other.stored) return { verdict: 'refused', why };
  return {
    verdict: 'refused',
    why,
    remedy: `Choose another name with model-registrar.io/model-name, or take that model over: model-registrar adopt ${name}`,
  };
}

/** The object's own row from the time before the owner id was changed. */
function heldByItself(name: string, owner: string): Verdict {
  return {
    verdict: 'refused',
    why: `"${name}" is registered for this very object under another owner id, ${owner}`,
    remedy: `Run with --owner-id ${owner}, or take it over: model-registrar adopt --from-owner ${owner}`,
  };
}

/**
 * Rows of both sides stand under the name. Those that nobody of ours made never evict; between stamped ones the later `since` yields.
 * A row that its owner deleted before ours was made may still be listed for `settle`: only what is listed after that counts.
 */
function keepOrYield(name: string, mine: StampedRecord[], others: ModelRecord[], context: ClaimContext): Verdict {
  const [other] = others;
  if (!other) return { verdict: 'granted' };
  const settled = mine.every((row) => Date.parse(row.stamp.created) + context.settleMs <= context.now);
  const first = seniority(mine);
  const rival = others.filter(isStamped).find((row) => seniority([row]) < first);
  if (rival && settled) {
    return { verdict: 'yield', why: `"${name}" was registered earlier by ${describeHolder(rival)}` };
  }
  return { verdict: 'granted', beside: `"${name}" is also registered by ${describeHolder(other)}` };
}

function isFor({ source, uid }: Claimant, stamp: StampedRecord['stamp']): boolean {
  return stamp.source === source && stamp.uid === uid;
}

/** Sorts by the first registration; the rest makes the order strict, so that both sides of a race decide alike. */
function seniority(rows: StampedRecord[]): string {
  return rows.map(({ stamp }) => `${stamp.since} ${stamp.owner} ${stamp.source}`).sort()[0] ?? '';
}

/** For people: whose row it is. */
export function describeHolder(row: ModelRecord): string {
  if (row.stamp) return `${row.stamp.source} (owner ${row.stamp.owner})`;
  return row.stored ? `a model that was added to LiteLLM by hand (${row.id})` : `LiteLLM's own config file (${row.id})`;
}

function isStamped(row: ModelRecord): row is StampedRecord {
  return row.stamp !== undefined && row.stored;
}

function belongsTo(row: StampedRecord, claimant: Claimant): boolean {
  if (row.stamp.source !== claimant.source && claimant.isApartFrom?.(row.stamp.source)) return false;
  const namespace = parseSourceKey(row.stamp.source)?.namespace;
  return row.stamp.owner === claimant.owner && namespace !== undefined && isParty(claimant, namespace);
}

/** Whether a namespace is the claimant's, or one that holds the name together with it. */
function isParty({ namespace, sharesWith }: Claimant, other: string): boolean {
  return other === namespace || sharesWith?.(other) === true;
}

function party(namespace: string): string {
  return namespace === NO_NAMESPACE ? 'the administrator' : `namespace ${namespace}`;
}

function byAge(one: Declarer, other: Declarer): number {
  return one.createdAt - other.createdAt || (one.uid < other.uid ? -1 : 1);
}
