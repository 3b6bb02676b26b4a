import type { ServerContainer } from './server-arguments.ts';
import type { EnvironmentVariable } from './variables.ts';

/** Flags whose values are kept, by their names with dashes; the short ones also tell which program or script is run. */
const KEPT_FLAGS: ReadonlySet<string> = new Set(
  `served-model-name model-name alias a model model-path model-id m task runner convert is-embedding embedding embeddings rerank
  reranking max-model-len max-length context-length ctx-size c parallel np kv-unified kvu o`.split(/\s+/),
);

/** Variables that are read whether something refers to them or not. */
const KEPT_VARIABLES = /^(SERVED_MODEL_NAME|MODEL_NAME|MODEL_ID|VLLM_ADDITIONAL_ARGS|KSERVE_OPENAI_ROUTE_PREFIX)$/;

/** Variables that arguments of the other side, runtime or object, may put into a name, a length or a task. */
const LIKELY_VARIABLES = /model|name|len|ctx|context|task|runner|parallel|^LLAMA_ARG_/i;
const SECRET_VARIABLES = /key|secret|token$|passw|credential|auth/i;

/**
 * One word of a shell, quotes and all. A quote that is never closed reaches to the end of the text: then a match cannot fail at its
 * end, and the time goes with the length of the text.
 */
const VALUE = String.raw`(?:"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|'[^']*(?:'|$)|[^\s;&|"'()<>])+`;
const FLAG_IN_TEXT = new RegExp(
  String.raw`(^|[\s"'(])(-H|--[A-Za-z][\w.-]*)(?:(=)|[ \t]+(?:\\\n[ \t]*)?(?!-))${VALUE}`,
  'g',
);
const ASSIGNMENT_IN_TEXT = new RegExp(String.raw`(^|[\s;&|"'(])([A-Za-z_]\w*)=${VALUE}`, 'g');

/**
 * What is kept of a container until it can be read together with the container that it is merged with: the words that tell which
 * server is started, the flags that are read, and the variables that these may refer to. Other values (keys, tokens, addresses) are
 * taken out, in scripts as well as a pattern can.
 */
export function trimContainer({ image, command = [], args = [], env = [] }: ServerContainer): ServerContainer {
  const kept = trimWords([command, args]);
  const [keptCommand = [], keptArgs = []] = kept;
  const referred = referencesIn(kept.flat());
  return {
    ...(image !== undefined && { image }),
    ...(keptCommand.length > 0 && { command: keptCommand }),
    ...(keptArgs.length > 0 && { args: keptArgs }),
    ...(env.length > 0 && { env: env.filter(({ name }) => isKept(name, referred)).map(trimVariable) }),
  };
}

/** Takes lists of words apart as one command line: a flag at the end of one list has its value at the begin of the next. */
function trimWords(lists: readonly (readonly string[])[]): string[][] {
  let dropping = false;
  return lists.map((words) =>
    words.flatMap((word) => {
      const [, flag] = /^(--?[A-Za-z][\w.-]*)(?:[=\s]|$)/.exec(word) ?? [];
      if (flag === undefined) return dropping ? [] : [trimText(word)];
      if (holdsSeveral(word)) return [trimText(word)];
      const keep = isKeptFlag(flag);
      // What follows `--flag=value` up to the next flag belongs to nothing; a short option may have no value, and a program follow.
      dropping = word.length > flag.length || (!keep && flag.startsWith('--'));
      if (keep) return [word];
      return [word.length > flag.length ? `${flag}=` : flag];
    }),
  );
}

/** A flag and its value, or several flags, in one word: `--port 8080`, `--model=m --port=8080`. */
function holdsSeveral(word: string): boolean {
  return /^--?[A-Za-z][\w.-]*\s/.test(word) || /\s--?[A-Za-z]/.test(word);
}

/** A whole script, or several flags in one text. */
function trimText(text: string): string {
  if (!/[\s=]/.test(text)) return text;
  const kept = text.replaceAll(FLAG_IN_TEXT, (all, before: string, flag: string, equals: string | undefined) =>
    isKeptFlag(flag) ? all : `${before}${flag}${equals ?? ''}`,
  );
  const referred = referencesIn([kept]);
  return kept.replaceAll(ASSIGNMENT_IN_TEXT, (all, before: string, name: string) =>
    isKept(name, referred) ? all : `${before}${name}=`,
  );
}

/** The names of the variables that texts refer to: `$A`, `${A}`, `$(A)`. */
function referencesIn(texts: readonly string[]): ReadonlySet<string> {
  return new Set(
    texts.flatMap((text) => Array.from(text.matchAll(/\$[({]?([A-Za-z_][\w.-]*)/g), ([, name = '']) => name)),
  );
}

function trimVariable(variable: EnvironmentVariable): EnvironmentVariable {
  const { name, value } = variable;
  return value === undefined ? { name } : { name, value: trimText(value) };
}

function isKeptFlag(flag: string): boolean {
  // `-c`, `-lc`: a script follows.
  return KEPT_FLAGS.has(flag.replace(/^--?/, '').replaceAll('_', '-')) || /^-\w*c$/.test(flag);
}

function isKept(name: string, referred: ReadonlySet<string>): boolean {
  if (KEPT_VARIABLES.test(name)) return true;
  if (SECRET_VARIABLES.test(name)) return false;
  return LIKELY_VARIABLES.test(name) || referred.has(name);
}
