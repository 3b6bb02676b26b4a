import { holdsHidden } from './hidden.ts';
import type { Json } from './registration.ts';

/** Whatever stands in them may be a credential: each gateway has names of its own for it. */
const HEADERS: ReadonlySet<string> = new Set([
  'extra_headers',
  'headers',
  'default_headers',
  'extra_query',
  'extra_body',
]);

/**
 * Texts that are credentials wherever they stand: keys of OpenAI and LiteLLM, tokens of GitHub, GitLab, Hugging Face, Slack, Google and AWS,
 * JSON web tokens, private keys, `Bearer …`.
 */
const SECRET =
  /\b(?:sk|pk|rk)-[\w-]{4,}|\b(?:gh[opsu]|glpat|hf|xox[abprs])[_-]\w{6,}|\bAIza[\w-]{10,}|\bA(?:KIA|SIA)[A-Z0-9]{8,}|\beyJ[\w-]{8,}|-----BEGIN |\b(?:Bearer|Basic)\s+\S{4,}/i;

/** What may be printed of a value that somebody else set; undefined where it is, or may be, a secret. */
export function showable(key: string, value: Json): Json | undefined {
  if (HEADERS.has(key) || holdsHidden(key, value) || SECRET.test(JSON.stringify(value))) return undefined;
  return cleaned(value);
}

/** The value with the credentials and the query of each address left out, wherever it stands. */
function cleaned(value: Json): Json {
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cleaned(part)]));
}

function withoutCredentials(text: string): string {
  const url = /\s/.test(text) ? null : URL.parse(text);
  if (url?.host)
    return url.username || url.password || url.search ? `${url.protocol}//…@${url.host}${url.pathname}` : text;
  // One word after the other: a pattern over all of the text could take time by the square of its length.
  return text.includes('@') || text.includes('?') ? text.split(/(\s+)/).map(withoutCredentialsWithin).join('') : text;
}

/** Whatever stands before the `@` of a word with a colon: `proxy=http://user:password@host`, `user:password@host`. */
function withoutCredentialsWithin(word: string): string {
  const scheme = word.indexOf('://');
  const from = scheme < 0 ? 0 : scheme + 3;
  const at = word.lastIndexOf('@');
  const named = at > from && (scheme >= 0 || word.slice(0, at).includes(':'));
  const rest = named ? `…@${word.slice(at + 1)}` : word.slice(from);
  const query = scheme < 0 ? -1 : rest.indexOf('?');
  return word.slice(0, from) + (query < 0 ? rest : `${rest.slice(0, query)}?…`);
}
