/** What goes wrong with a call. `after` means: first do what was asked, then fail, as a server that dies in between. */
export type Effect =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly retryAfterSeconds?: number;
      readonly after?: boolean;
    }
  /** Never answered. */
  | { readonly kind: 'hang'; readonly after?: boolean }
  /** The connection is reset, without an answer. */
  | { readonly kind: 'cut'; readonly after?: boolean }
  /** Done; the connection is reset in the midst of the answer. */
  | { readonly kind: 'cut-midway' }
  /** Done; half of the answer, then nothing more. */
  | { readonly kind: 'stall-midway' }
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** Which calls go wrong, how, and how often. All that is given must match. */
export interface FaultRule {
  readonly effect: Effect;
  /** The operation as the call log names it: a string is the whole name. */
  readonly on?: string | RegExp;
  readonly method?: string;
  /** Matched against path and query; a string is a part of it. */
  readonly path?: string | RegExp;
  /** How many calls go wrong; 1 unless told, `Infinity` for all until it is lifted. */
  readonly times?: number;
  /** How many matching calls pass first. */
  readonly skip?: number;
}

/** A fault that was injected. */
export interface Fault {
  /** How many calls it has hit. */
  readonly hits: number;
  /** Ends it. */
  lift(): void;
}

interface Subject {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

interface ActiveFault {
  readonly rule: FaultRule;
  toSkip: number;
  left: number;
  hits: number;
}

function matches(rule: FaultRule, subject: Subject): boolean {
  if (rule.method !== undefined && rule.method !== subject.method) return false;
  if (typeof rule.on === 'string' && rule.on !== subject.operation) return false;
  if (rule.on instanceof RegExp && !rule.on.test(subject.operation)) return false;
  if (typeof rule.path === 'string' && !subject.path.includes(rule.path)) return false;
  return !(rule.path instanceof RegExp) || rule.path.test(subject.path);
}

/** The faults of one server. Rules are tried in the order in which they were injected; the first that matches counts. */
export class Faults {
  readonly #active = new Set<ActiveFault>();

  /**
   * Makes the next matching calls go wrong.
   *
   * @example faults.inject({ on: 'new', effect: { kind: 'status', status: 500, after: true } })
   */
  inject(rule: FaultRule): Fault {
    const fault: ActiveFault = { rule, toSkip: rule.skip ?? 0, left: rule.times ?? 1, hits: 0 };
    this.#active.add(fault);
    return {
      get hits() {
        return fault.hits;
      },
      lift: () => {
        this.#active.delete(fault);
      },
    };
  }

  /** Ends all faults. */
  clear(): void {
    this.#active.clear();
  }

  /** The effect that is due for a call, if any; counts it. */
  take(subject: Subject): Effect | undefined {
    for (const fault of this.#active) {
      if (!matches(fault.rule, subject)) continue;
      if (fault.toSkip > 0) {
        fault.toSkip -= 1;
        continue;
      }
      fault.hits += 1;
      fault.left -= 1;
      if (fault.left <= 0) this.#active.delete(fault);
      return fault.rule.effect;
    }
    return undefined;
  }
}
