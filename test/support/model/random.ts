/** Numbers that a seed fixes, so that a run can be played again. */
export interface Random {
  /** A whole number from 0 on, below this one. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  /** Undefined where there is none. */
  pickAny<T>(items: readonly T[]): T | undefined;
  chance(share: number): boolean;
}

/** Mulberry32: small, and good enough to choose what happens next. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick(items) {
      if (items.length === 0) throw new TypeError('there is nothing to choose from');
      return items[below(items.length)] as (typeof items)[number];
    },
    pickAny: (items) => items[below(items.length)],
    chance: (share) => next() < share,
  };
}
