/** Longest pattern, in characters. */
export const MAX_PATTERN_LENGTH = 256;

/**
 * Whether a text is as a pattern says: `*` stands for any characters, also none, `?` for exactly one, all else for itself.
 *
 * Walks the text once for each star at most, so that no pattern can take long.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let [p, t, star, from] = [0, 0, -1, 0];
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      from = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++from;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether a text is as one of several patterns says. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, text));
}
