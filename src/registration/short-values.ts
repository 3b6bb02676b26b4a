import { textProblem } from './plain-text.ts';
import { headerProblem } from './public-name.ts';

const MAX_TAGS = 32;

/**
 * Reads a list of tags, or of other plain words, separated by commas; the problems end a sentence about the annotation.
 *
 * @param what - one of them, for the problems
 */
export function readTags(text: string, what = 'tag'): { tags: string[]; problems: string[] } {
  const tags = [...new Set(text.split(',').map((tag) => tag.trim()))];
  if (tags.length > MAX_TAGS) return { tags: [], problems: [`it holds ${tags.length} ${what}s`] };
  const problems = [...new Set(tags.flatMap((tag) => tagProblem(tag, what) ?? []))];
  return problems.length > 0 ? { tags: [], problems } : { tags, problems };
}

/** LiteLLM reads "!" and "&" in the tags of a call as conditions; a tag of a model is a plain word. */
function tagProblem(tag: string, what: string): string | undefined {
  if (tag === '') return `a ${what} is empty`;
  if (tag.length > 64) return `a ${what} is longer than 64 characters`;
  if (!/^[\p{L}\p{N}][\p{L}\p{N} _.:/@+-]*$/u.test(tag)) return `a ${what} holds a character that is not allowed`;
  return headerProblem(tag) ?? textProblem(tag);
}

/** The Secret that an annotation names: `name` or `name/key`. Names as Kubernetes takes them. */
export function readSecretName(text: string): { name: string; key?: string } | undefined {
  const [name = '', key, ...rest] = text.split('/');
  if (
    rest.length > 0 ||
    name.length > 253 ||
    !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name)
  ) {
    return undefined;
  }
  if (key === undefined) return { name };
  return /^[-._a-zA-Z0-9]{1,253}$/.test(key) && !/^\.\.?$/.test(key) ? { name, key } : undefined;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 24 * 3_600_000;

/** A duration such as `30s`, `10m` or `1h30m`, of at most a day, in milliseconds; undefined for what is none. */
export function readDuration(text: string): number | undefined {
  if (!/^(?:\d{1,6}[smh]){1,3}$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)([smh])/g)];
  const ms = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  return ms <= LONGEST_MS ? ms : undefined;
}
