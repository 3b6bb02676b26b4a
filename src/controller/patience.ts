import { canonical, type PodTemplate, type Registration } from '../registration/index.ts';

/** What there is to see of an object beside what is wanted. */
export interface Sight {
  /** The object's resourceVersion. */
  version: string;
  template?: PodTemplate | undefined;
}

/** Remembers since when an object has wanted another backend than its rows have. */
export interface Patience {
  /**
   * How much longer a change of backend has to be wanted, in milliseconds.
   *
   * @param differs - whether the rows have another served name or base path than what is wanted
   * @returns undefined where there is no change to wait for
   */
  waitMs(key: string, wanted: Registration[], differs: boolean, sight: Sight): number | undefined;
  /** The object has no row. Its version is not yet one whose rows are right: the first may be under way, planned from an older one. */
  forget(key: string): void;
}

/** What was wanted at a look. */
interface Seen {
  wish: string;
  sight: Sight;
}

interface Wish extends Seen {
  since: number;
  /** Whether somebody has begun to carry it out, where that has to be waited for. */
  begun?: ((later: Sight) => boolean) | undefined;
}

/**
 * How long KServe may take to begin with what somebody edited: it looks at the objects of a runtime one after the other, and it may be
 * away or busy.
 */
const UNMOVED_MS = 300_000;

/**
 * KServe shows the reason of a rollout up to 200 ms after the edit that starts it (measured on 0.20.0), so a change of the served
 * name or base path is believed only after it has been wanted for a while. What KServe has to carry out first, it is believed only after a sign that
 * KServe has begun, or after it has shown none for long.
 */
export function createPatience(requiredMs: number, now: () => number): Patience {
  const wishes = new Map<string, Wish>();
  /** By key: when its rows were right last. */
  const calm = new Map<string, Seen>();

  return {
    waitMs(key, wanted, differs, sight) {
      const wish = canonical(wanted.map(({ publicName, servedName, apiBase }) => [publicName, servedName, apiBase]));
      if (!differs) {
        wishes.delete(key);
        calm.set(key, { wish, sight });
        return undefined;
      }
      const before = calm.get(key);
      // What is wanted is what it was when the rows were right: somebody changed the rows, and no rollout is to be waited for.
      if (before?.wish === wish) return undefined;
      const last = wishes.get(key);
      let known: Wish = { wish, sight, since: now() };
      if (last?.wish !== wish) {
        const begun = requiredMs > 0 ? signOf(sight, { last: last ?? before, calm: before }) : undefined;
        if (begun) known.begun = begun;
      } else if (!last.begun?.(sight)) {
        known = { ...last, sight };
      }
      wishes.set(key, known);
      const needed = known.begun ? Math.max(requiredMs, UNMOVED_MS) : requiredMs;
      return Math.max(0, known.since + needed - now());
    },
    forget(key) {
      wishes.delete(key);
      calm.delete(key);
    },
  };
}

/**
 * By what it will show that the change is being carried out; undefined where nothing is to be waited for. What a template tells is at work in its next
 * version. Where the object did not change, what it refers to did, and any change of its status is a sign.
 */
function signOf(sight: Sight, { last, calm }: { last: Seen | undefined; calm: Seen | undefined }): Wish['begun'] {
  const [old, template] = [last?.sight.template, sight.template];
  if (old && template && old.tells !== template.tells) {
    return old.version === template.version ? (later) => later.template?.version !== old.version : undefined;
  }
  return calm?.sight.version === sight.version ? (later) => later.version !== sight.version : undefined;
}
