import { canonical, type Registration } from '../registration/index.ts';
import { createTemplateWatch, type Sight } from './template-watch.ts';

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

interface Wish {
  wish: string;
  since: number;
  /** The object's version, where the wish changed and the object did not: something that it refers to did. */
  unmoved?: string;
}

/**
 * How long KServe may take to begin with what somebody edited: it looks at the objects of a runtime one after the other, and it may be
 * away or busy.
 */
const LONGEST_TO_BEGIN_MS = 300_000;

/**
 * KServe shows the reason of a rollout up to 200 ms after the edit that starts it (measured on 0.20.0), so a change of the served
 * name or base path is believed only after it has been wanted for a while. What has to be rolled out first is believed only after a sign that this has
 * begun, or after none has come for long: the next version of the pods' template; where that is not known and the object itself did not change, any
 * change of its status.
 */
export function createPatience(requiredMs: number, now: () => number): Patience {
  const wishes = new Map<string, Wish>();
  /** By key: the version of the object, and what was wanted, when its rows were right last. */
  const calm = new Map<string, { version: string; wish: string }>();
  const templates = createTemplateWatch(now);
  return {
    waitMs(key, wanted, differs, sight) {
      const { version, template } = sight;
      const { awaitedSince, begunAt = 0 } = templates.look(key, sight);
      const wish = canonical(wanted.map(({ publicName, servedName, apiBase }) => [publicName, servedName, apiBase]));
      if (!differs) {
        wishes.delete(key);
        calm.set(key, { version, wish });
        return undefined;
      }
      // What is wanted is what it was when the rows were right: somebody changed the rows, and no rollout is to be waited for.
      if (calm.get(key)?.wish === wish) return undefined;
      let known = wishes.get(key);
      if (known?.wish !== wish || (known.unmoved !== undefined && known.unmoved !== version)) {
        const unmoved = !template && known?.wish !== wish && calm.get(key)?.version === version;
        known = { wish, since: now(), ...(unmoved && { unmoved: version }) };
        wishes.set(key, known);
      }
      if (requiredMs === 0) return 0;
      const unbegun = known.unmoved === undefined ? awaitedSince : known.since;
      const until = Math.max(known.since, begunAt) + requiredMs;
      return Math.max(0, until - now(), unbegun === undefined ? 0 : unbegun + LONGEST_TO_BEGIN_MS - now());
    },
    forget(key) {
      wishes.delete(key);
      calm.delete(key);
      templates.forget(key);
    },
  };
}
