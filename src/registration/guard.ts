import { digest } from './canonical.ts';

/** Installations with so few models are not guarded: to lose two of three is an ordinary day. */
export const UNGUARDED_ROWS = 3;

const HASH_DIGITS = 12;

/** A row that would go because its object is not there, or no longer ours, as far as can be inferred. */
export interface TakeOut {
  /** The key of the object that it stands for. */
  source: string;
  id: string;
  publicName: string;
}

export interface GuardInput {
  /** All rows that would go on an inferred absence. */
  takeOuts: readonly TakeOut[];
  /** The owner's rows that this process looks after, those of `takeOuts` among them. */
  owned: number;
  /** Rows that went in the same way a short while ago. */
  recent: number;
  /** The share of rows that may go without being confirmed, from 0 to 1. */
  maxShare: number;
  /** Ids of rows that are held already: whatever the share is by now, what was held is not carried out by itself. */
  heldBefore?: ReadonlySet<string>;
  /** The hash of a set that an administrator has confirmed. */
  confirmed?: string | undefined;
}

/** What is to become of a set of inferred deletes. */
export interface Judgement {
  takeOuts: readonly TakeOut[];
  owned: number;
  /** The share of the rows that would be gone, with those that went a short while ago; from 0 to 1. */
  share: number;
  /** Names exactly this set, whoever computes it; 12 hexadecimal digits. */
  hash: string;
  /** True: none of it may be carried out. */
  held: boolean;
}

/**
 * Judges a set of inferred deletes as one. A list that is suddenly empty, a namespace that went unseen or a lost setting looks like a thousand
 * deletes, and each of them alone looks right: only the share of all rows tells. What went a short while ago counts, so that a set does not slip
 * through in parts.
 */
export function judgeTakeOuts(input: GuardInput): Judgement {
  const { takeOuts, owned, recent, maxShare, heldBefore, confirmed } = input;
  const hash = hashOf(takeOuts);
  const total = owned + recent;
  const share = takeOuts.length === 0 ? 0 : (takeOuts.length + recent) / total;
  const isTooMuch = total > UNGUARDED_ROWS && share > maxShare;
  const wasHeld = takeOuts.some(({ id }) => heldBefore?.has(id));
  const held = takeOuts.length > 0 && (isTooMuch || wasHeld) && hash !== confirmed;
  return { takeOuts, owned, share, hash, held };
}

function hashOf(takeOuts: readonly TakeOut[]): string {
  return digest(takeOuts.map(({ id, publicName }) => `${id} ${publicName}`).sort(), HASH_DIGITS);
}
