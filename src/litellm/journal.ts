import { canonical, holdsHidden, type Json, type ModelRecord } from '../registration/index.ts';

/** A row as it stood, or its absence. */
type Held = ModelRecord | undefined;

interface Written {
  now: Held;
  /** What stood there before, and until when (milliseconds since 1970); the latest last. */
  before: { held: Held; until: number }[];
}

/** What this process wrote a short while ago, to tell a list that lags from a list that shows an edit. */
export interface Journal {
  /** Notes a write that has been answered. */
  wrote(id: string, before: Held, after: Held): void;
  /** The truth about one row, given what a list shows of it. */
  judge(id: string, listed: Held): Held;
  /** Ids that were written a short while ago: a list may lack them. */
  ids(): Iterable<string>;
}

/**
 * Lists of LiteLLM's come from one replica's memory and lag (16 s seen at a reload interval of 10 s). For `settleMs` after a write,
 * a list that shows what stood there before is lag; anything else that differs from what was written is an edit, and counts.
 */
export function createJournal(settleMs: number, now: () => number): Journal {
  const written = new Map<string, Written>();

  function wrote(id: string, before: Held, after: Held): void {
    const known = recent(id);
    written.set(id, { now: after, before: [...(known?.before ?? []), { held: before, until: now() }] });
  }

  function judge(id: string, listed: Held): Held {
    const known = recent(id);
    if (!known || same(listed, known.now)) return listed;
    return known.before.some(({ held }) => same(listed, held)) ? known.now : listed;
  }

  function recent(id: string): Written | undefined {
    const known = written.get(id);
    if (!known) return undefined;
    const before = known.before.filter(({ until }) => until + settleMs > now());
    if (before.length === 0) {
      written.delete(id);
      return undefined;
    }
    known.before = before;
    return known;
  }

  return { wrote, judge, ids: () => [...written.keys()].filter((id) => recent(id) !== undefined) };
}

/** Equal in all that this program writes and can read back; what LiteLLM or others add does not matter. */
function same(one: Held, other: Held): boolean {
  if (!one || !other) return one === other;
  return essence(one) === essence(other);
}

function essence({ publicName, blocked, stamp, params, info }: ModelRecord): string {
  const values = (stamp?.keys ?? []).map((key): Json => {
    const name = key.slice(key.indexOf('.') + 1);
    if (key.startsWith('info.')) return asText(info[name]);
    return holdsHidden(name, params[name]) ? null : asText(params[name]);
  });
  return canonical([publicName, blocked, stamp?.hash ?? null, stamp?.uid ?? null, stamp?.created ?? null, values]);
}

/** LiteLLM turns some scalars into text when it lists them. */
function asText(value: Json | undefined): Json {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? value : `${value}`;
}
