/** Flags whose values are kept, by their names with dashes; the short ones also tell which program or script is run. */
const KEPT_FLAGS: ReadonlySet<string> = new Set(
  `served-model-name model-name alias a model model-path model-id m task runner convert is-embedding embedding embeddings rerank
  reranking max-model-len max-length context-length ctx-size c parallel np kv-unified kvu o`.split(/\s+/),
);

/** Variables that are read whether something refers to them or not. */
const KEPT_VARIABLES = /^(SERVED_MODEL_NAME|MODEL_NAME|MODEL_ID|VLLM_ADDITIONAL_ARGS|KSERVE_OPENAI_ROUTE_PREFIX)$/;

/** Variables that arguments of the other side, runtime or object, may put into a name, a length or a task. */
const LIKELY_VARIABLES = /model|name|alias|served|len|ctx|context|task|runner|parallel|^LLAMA_ARG_/i;
const SECRET_VARIABLES = /key|secret|token$|passw|credential|auth|(^|[_.-])(pw|pass|pwd|pat)($|[_.-])/i;

/** Whether the value of a flag is read, or tells which program is run (`-m`) or that a script follows (`-c`, `-lc`). */
export function isKeptFlag(flag: string): boolean {
  return KEPT_FLAGS.has(flag.replace(/^--?/, '').replaceAll('_', '-')) || isScriptFlag(flag);
}

/** `-c`, `-lc`. */
export function isScriptFlag(flag: string): boolean {
  return flag.length <= 10 && /^-\w*c$/.test(flag);
}

/** Whether the value of a variable is read, or may become a part of what is read: as a value, or as further flags. */
export function isKeptVariable(name: string, value: string, referred: ReadonlySet<string>): boolean {
  if (KEPT_VARIABLES.test(name)) return true;
  if (SECRET_VARIABLES.test(name)) return false;
  return LIKELY_VARIABLES.test(name) || referred.has(name) || holdsKeptFlag(value);
}

function holdsKeptFlag(text: string): boolean {
  if (!text.includes('--')) return false;
  return Array.from(text.matchAll(/(?:^|\s)(--[A-Za-z][\w.-]*)/g)).some(([, flag = '']) => isKeptFlag(flag));
}

/** The names of the variables that a text refers to: `$A`, `${A}`, `$(A)`. */
export function referencesIn(text: string): string[] {
  // Most texts refer to nothing, and a search costs more than all else that is done with them.
  if (!text.includes('$')) return [];
  return Array.from(text.matchAll(/\$[({]?([A-Za-z_][\w.-]*)/g), ([, name = '']) => name);
}
