/** Longest public name that is taken, in characters (LiteLLM itself took 300 without complaint). */
export const MAX_NAME_LENGTH = 256;

/**
 * Names that mean something else to LiteLLM: they grant access to groups of models in the lists of keys and teams.
 * `SpecialModelNames` in LiteLLM 1.106.0.
 */
const RESERVED: ReadonlySet<string> = new Set(['all-proxy-models', 'all-team-models', 'no-default-models']);

/** Calls for such names go to LiteLLM's agents, never to a model (read in LiteLLM 1.106.0). */
const AGENT_PREFIX = 'a2a/';

/**
 * Says why a text cannot be a public name, or undefined when it can.
 *
 * A row named `*` gets every call for a name that no row has, and `gpt-*` likewise for what it matches (measured on LiteLLM 1.106.0).
 */
export function publicNameProblem(name: string): string | undefined {
  if (name.length === 0) return 'it is empty';
  if (name.length > MAX_NAME_LENGTH) return `it is longer than ${MAX_NAME_LENGTH} characters`;
  if (name !== name.trim()) return 'it begins or ends with a space';
  if (/\p{C}/u.test(name)) return 'it contains a control character';
  if (name.includes('*')) return 'it contains "*", which would take calls meant for other models';
  if (RESERVED.has(name)) return 'the name is reserved by LiteLLM';
  if (name.startsWith(AGENT_PREFIX)) return `LiteLLM takes what begins with "${AGENT_PREFIX}" for an agent`;
  return headerProblem(name);
}

/**
 * Says why a name would make every call fail, or undefined when it would not.
 *
 * LiteLLM sends a model's public and served name back as header values, which are Latin-1: with any other character each call ends in
 * 500 "'latin-1' codec can't encode characters", after the backend was called (measured on LiteLLM 1.106.0).
 */
export function headerProblem(name: string): string | undefined {
  const [character] = /[^\0-\xff]/u.exec(name) ?? [];
  return character && `LiteLLM fails every call for a name with "${character}": it takes Latin-1 characters only`;
}
