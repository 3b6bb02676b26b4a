import { type Judgement, judgeTakeOuts, sourceKey, type TakeOut, takesOut } from '../registration/index.ts';
import type { Decision } from './decide.ts';

/** For so long a row that went on an inferred absence counts, in milliseconds: a cluster that comes apart does so within minutes. */
const RECENT_MS = 600_000;

/** Nothing that is inferred to be gone is taken out before it was judged together with all that is. */
export interface Guard {
  /**
   * Judges what these decisions would take out, as one set; it replaces the judgement before. What is held stays so until it is confirmed, or is
   * known to be there again: that others came is no word on it, nor that it cannot be seen just now, nor that a list of LiteLLM's misses its row.
   *
   * @param owned - ids of all rows that this process looks after
   * @param unread - ids of those whose objects cannot be looked for just now
   */
  judge(decisions: Iterable<Decision>, owned: readonly string[], unread?: Iterable<string>): Judgement;
  /** The last judgement. */
  readonly judgement: Judgement | undefined;
  /** False: it is held, or was not judged yet. */
  allows(decision: Decision): boolean;
  /** True where the last judgement was about exactly what this would take out. */
  knows(decision: Decision): boolean;
  /** A row of such a decision went. */
  wentOut(decision: Decision): void;
}

export interface GuardOptions {
  /** The share of rows that may go without being confirmed, from 0 to 1. */
  maxShare: number;
  confirmed?: string | undefined;
  /** A clock that never goes back, in milliseconds. */
  now: () => number;
}

export function createGuard({ maxShare, confirmed, now }: GuardOptions): Guard {
  let judgement: Judgement | undefined;
  let judged = new Set<string>();
  let heldBefore = new Set<string>();
  let went: number[] = [];

  function judge(decisions: Iterable<Decision>, owned: readonly string[], unread: Iterable<string> = []): Judgement {
    const takeOuts = [...decisions].flatMap(inferredTakeOuts);
    went = went.filter((at) => at + RECENT_MS > now());
    judgement = judgeTakeOuts({ takeOuts, owned: owned.length, recent: went.length, maxShare, heldBefore, confirmed });
    judged = new Set(takeOuts.map(({ id }) => id));
    const [listed, unseen] = [new Set(owned), new Set(unread)];
    const stillHeld = [...heldBefore].filter((id) => !listed.has(id) || unseen.has(id));
    heldBefore = new Set(judgement.held ? [...judged, ...stillHeld] : stillHeld);
    return judgement;
  }

  function allows(decision: Decision): boolean {
    if (inferredTakeOuts(decision).length === 0) return true;
    return knows(decision) && judgement?.held === false;
  }

  function knows(decision: Decision): boolean {
    return inferredTakeOuts(decision).every(({ id }) => judged.has(id));
  }

  return {
    judge,
    get judgement() {
      return judgement;
    },
    allows,
    knows,
    wentOut(decision) {
      if (decision.absence === 'inferred') went.push(now());
    },
  };
}

/** The decision while its deletes are held: the rows stay. */
export function asHeld(decision: Decision): Decision {
  const why =
    'its absence was not seen but inferred, together with that of many others: it is kept until that is confirmed';
  return { ...decision, state: 'held', plan: { changes: [] }, why };
}

function inferredTakeOuts({ absence, source, plan }: Decision): TakeOut[] {
  if (absence !== 'inferred') return [];
  return plan.changes.flatMap((change) =>
    change.kind === 'delete' && takesOut(change)
      ? [{ source: sourceKey(source), id: change.record.id, publicName: change.record.publicName }]
      : [],
  );
}
