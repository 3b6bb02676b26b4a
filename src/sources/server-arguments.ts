import { visible } from '../registration/index.ts';
import { commandLine, markTemplate, splitFlags } from './command-line.ts';
import { type Flag, lastFlag, readFlags } from './flags.ts';
import { type Found, readMaxModelLen, readMode } from './mode-and-length.ts';
import { type ServerKind, serverOfCommand, serverOfImage } from './server-kind.ts';
import { expandReferences, type Word } from './shell-words.ts';
import { fillTemplate, type TemplateData } from './template.ts';
import { createVariables, type EnvironmentVariable } from './variables.ts';

/** What is read of a container that serves a model. */
export interface ServerContainer {
  image?: string | undefined;
  command?: readonly string[] | undefined;
  args?: readonly string[] | undefined;
  env?: readonly EnvironmentVariable[] | undefined;
}

/** Something that is set, but to a value that is not in the object. */
export interface Unread {
  setting: 'servedNames' | 'maxModelLen' | 'mode' | 'openAiPrefix';
  /** What is unreadable, as part of a sentence. */
  what: string;
}

/** What a server's command line and environment tell; whatever they leave open is absent. */
export interface ServerArguments {
  /** The names that the server answers to, the first one first. */
  servedNames: string[];
  /** True where a flag for it says the name, which goes before all else that may. */
  flagged?: boolean;
  /** LiteLLM's mode. */
  mode?: string;
  /** The task as it is written. */
  task?: string;
  /** In tokens. */
  maxModelLen?: number;
  /** What stands before `/v1` in KServe's Hugging Face server, as it is written. */
  openAiPrefix?: string;
  server?: ServerKind;
  unread: Unread[];
}

/** How the server is known: its program is on the command line, or the image starts it, or some script may come between. */
type Origin = 'command' | 'image' | 'unknown';

/**
 * Reads what a model server's command, arguments and environment say: names, mode, context length, path.
 *
 * Understands `--k=v`, `--k v`, dashes and underscores, several names, shell one-liners, all arguments in one text, `$(VAR)`, `${VAR}`
 * and `$VAR` of variables with a literal value, and what KServe fills in (`{{.Name}}` and the like). Of a repeated flag the
 * last one counts, as it does for the servers. A value that is not in the object leaves its setting out, with a line in `unread`.
 * Never throws.
 *
 * @param object.appended true where the arguments follow those of a serving runtime: the runtime names the model then, and a
 *   `--model` here says nothing about its name.
 * @param object.server what is known of the server where neither command nor image tell it.
 */
export function readServerArguments(
  container: ServerContainer,
  object: TemplateData & { appended: boolean; server?: ServerKind | undefined },
): ServerArguments {
  const fill = (text: string) => fillTemplate(text, object);
  const environment = (container.env ?? []).map(({ name, value }) => ({ name, value: value && fill(value) }));
  // KServe sets this one in every pod (v0.17 and later).
  const variables = createVariables([{ name: 'INFERENCE_SERVICE_NAME', value: object.name }, ...environment]);
  const { words, script } = commandLine(
    (container.command ?? []).map(fill),
    (container.args ?? []).map(fill),
    variables,
  );
  const flags = readFlags([...words, ...splitFlags(variables.get('VLLM_ADDITIONAL_ARGS') ?? '', variables)]);
  const texts = words.map((word) => word.text);
  const started = serverOfCommand(texts);
  const told = started ?? (container.image ? serverOfImage(container.image) : undefined);
  const server = told ?? object.server;

  const unread: Unread[] = [];
  const take = (setting: Unread['setting'], found: Found | undefined): string[] => {
    const reference = found?.values[0]?.unresolved;
    if (found && reference !== undefined) {
      unread.push({
        setting,
        what: visible(`${found.written.slice(0, 60)} refers to ${reference}, whose value is not known`),
      });
      return [];
    }
    return found?.values.flatMap((value) => (value.unresolved === undefined ? [value.text] : [])) ?? [];
  };
  const variable = (name: string): Found | undefined => {
    const value = variables.get(name);
    if (value !== undefined) return { written: name, values: [markTemplate(expandReferences(value, variables))] };
    if (!environment.some((entry) => entry.name === name)) return undefined;
    return { written: name, values: [{ text: '', unresolved: 'a Secret, ConfigMap or field' }] };
  };
  const whole = script || !object.appended;
  const origin = started ? 'command' : told && !container.command?.length ? 'image' : 'unknown';
  const model = whole ? modelOf({ server, origin }, words, flags) : undefined;
  const flagsOfName = [
    server === 'llama.cpp' ? aliases() : lastFlag(flags, ['served-model-name']),
    lastFlag(flags, ['model-name']),
  ];
  const named = [
    ...flagsOfName,
    variable('SERVED_MODEL_NAME'),
    // vLLM and SGLang do not look at MODEL_NAME; scripts and other servers may.
    origin === 'unknown' ? undefined : model,
    variable('MODEL_NAME'),
    model,
  ];
  const names = take('servedNames', named.find(holdsValue)).filter((name) => name !== '');
  const settings = { server, flags, variable, take };
  const maxModelLen = readMaxModelLen(settings);
  const mode = readMode(settings);
  const [openAiPrefix] = take('openAiPrefix', variable('KSERVE_OPENAI_ROUTE_PREFIX'));
  return {
    servedNames: [...new Set(names)],
    ...(names.length > 0 && flagsOfName.some(holdsValue) && { flagged: true }),
    ...mode,
    ...(maxModelLen === undefined ? {} : { maxModelLen }),
    ...(openAiPrefix === undefined ? {} : { openAiPrefix }),
    ...(told === undefined ? {} : { server: told }),
    unread,
  };

  /** llama.cpp takes several names separated by commas (`--alias`, `-a`, `LLAMA_ARG_ALIAS`: `common/arg.cpp`). */
  function aliases(): Found | undefined {
    const found = lastFlag(flags, ['alias', 'a']) ?? variable('LLAMA_ARG_ALIAS');
    const [first] = found?.values ?? [];
    if (!found || first === undefined || first.unresolved !== undefined) return found;
    return { ...found, values: first.text.split(',').map((text) => ({ text: text.trim() })) };
  }
}

function holdsValue(found: Found | undefined): boolean {
  const first: Word | undefined = found?.values[0];
  return first !== undefined && (first.unresolved !== undefined || first.text !== '');
}

/**
 * The model that a server loads, where the server answers to that name if it is given no other.
 *
 * vLLM and SGLang do; KServe's Hugging Face server is called `model` then (the default of its `--model_name`); the others that are
 * known take any name.
 */
function modelOf(
  { server, origin }: { server: ServerKind | undefined; origin: Origin },
  words: readonly Word[],
  flags: ReadonlyMap<string, Flag>,
): Found | undefined {
  if (server === 'huggingface') {
    return origin === 'unknown' ? undefined : { written: '--model_name', values: [{ text: 'model' }] };
  }
  if (server !== undefined && server !== 'vllm' && server !== 'sglang') return undefined;
  const flag = lastFlag(flags, ['model', 'model-path']);
  if (flag) return flag;
  if (server !== 'vllm') return undefined;
  const serve = words.findIndex(
    ({ text }, at) => text === 'serve' && (at === 0 || /(^|\/)vllm$/.test(words[at - 1]?.text ?? '')),
  );
  // The image of vLLM starts `vllm serve` by itself.
  const first = serve >= 0 ? words[serve + 1] : origin === 'image' ? words[0] : undefined;
  return first && !first.text.startsWith('-') ? { written: 'vllm serve', values: [first] } : undefined;
}
