import { serverOfCommand } from './server-kind.ts';
import { expandReferences, shellCommands, type Word } from './shell-words.ts';
import { openTemplate } from './template.ts';
import { expandKubernetes, type Variables } from './variables.ts';

/** The words that start a server. */
export interface CommandLine {
  words: Word[];
  /** True where a shell runs a script: arguments that others append do not reach the server then. */
  script: boolean;
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);

/** Words before a command that do not change which server it starts. */
const LEADING: ReadonlySet<string> = new Set([
  'exec',
  'command',
  'env',
  'nohup',
  'time',
  'then',
  'do',
  'else',
  '{',
  '!',
]);

/** More options in one word, as in `-euxc`, no shell has. */
const MAX_OPTION = 32;

/** Scripts in scripts are followed so far. */
const MAX_DEPTH = 3;

/**
 * The command line of a container, with a shell's one-liner taken apart (of several commands the last one that starts a known server,
 * else the last) and arguments that came as one text split. Assignments in a script change `variables`. Never throws.
 */
export function commandLine(command: readonly string[], args: readonly string[], variables: Variables): CommandLine {
  const argv = [...command, ...args].map((argument) => expandKubernetes(argument, variables));
  const script = scriptOf(argv);
  if (script) return { words: serverWords(script, variables, 1).map(markTemplate), script: true };
  const alone = args.length === 1;
  const words = argv.flatMap((argument) => argumentWords(argument, alone, variables));
  return { words: words.map(markTemplate), script: false };
}

/** The words of a text of flags, such as a variable with further arguments holds. */
export function splitFlags(text: string, variables: Variables): Word[] {
  return shellCommands(text, variables).flat().map(markTemplate);
}

interface Script {
  text: string;
  /** What `$@` stands for in it. */
  parameters: readonly string[];
}

/** What a shell is told to run, where the arguments start one: `sh -c …`, `/bin/bash -lc …`, `tini -- bash -o pipefail -c …`. */
function scriptOf(argv: readonly string[]): Script | undefined {
  const shell = argv.slice(0, 4).findIndex((word) => SHELLS.has(word.slice(word.lastIndexOf('/') + 1)));
  // Where only arguments are given, the image may start a shell.
  const option =
    shell >= 0 ? scriptOption(argv, shell + 1) : /\s/.test(argv[1] ?? '') ? scriptOption(argv, 0) : undefined;
  const text = option === undefined ? undefined : argv[option + 1];
  return option === undefined || text === undefined ? undefined : { text, parameters: argv.slice(option + 3) };
}

/** The place of the option that says a script follows, such as `-c` or `-lc`. */
function scriptOption(argv: readonly string[], from: number): number | undefined {
  for (let at = from; at < argv.length; at++) {
    const word = argv[at] ?? '';
    // The pattern takes time by the square of the length.
    if (word.length <= MAX_OPTION && /^-\w*c\w*$/.test(word)) return at;
    if (!word.startsWith('-')) return undefined;
    if (/^-\w*o$/i.test(word)) at++;
  }
  return undefined;
}

function serverWords(script: Script, variables: Variables, depth: number): Word[] {
  // Put in place once, so that a script of many `$@` cannot grow without end.
  let parameters = script.parameters.map((text): Word => ({ text }));
  const fill = (word: Word): Word[] => {
    if (!/^\$[@*]$/.test(word.unresolved ?? '')) return [word];
    const all = parameters;
    parameters = [];
    return all;
  };
  const commands = shellCommands(script.text, variables).map((words) => {
    const command = withoutLeading(words).flatMap(fill);
    const inner = depth < MAX_DEPTH ? scriptOf(command.map((word) => word.text)) : undefined;
    return inner ? serverWords(inner, variables, depth + 1) : command;
  });
  return commands.findLast((words) => serverOfCommand(words.map((word) => word.text))) ?? commands.at(-1) ?? [];
}

function withoutLeading(words: Word[]): Word[] {
  const start = words.findIndex((word) => !LEADING.has(word.text) && !/^[A-Za-z_]\w*=/.test(word.text));
  return start < 0 ? [] : words.slice(start);
}

/**
 * One argument as it is, or taken apart where it plainly holds several: `--flag value`, all flags in one text, a whole command.
 * `--flag=a b` stays whole, since a value may hold spaces.
 */
function argumentWords(argument: string, alone: boolean, variables: Variables): Word[] {
  const [first = '', ...others] = argument.trim().split(/\s+/);
  const flags = /^--?[A-Za-z][\w-]*$/.test(first) || (alone && first.startsWith('-') && others.some(isFlag));
  const several = others.length > 0 && (flags || serverOfCommand([first, ...others]) !== undefined);
  return several ? splitFlags(argument, variables) : [expandReferences(argument, variables)];
}

function isFlag(word: string): boolean {
  return /^--?[A-Za-z]/.test(word);
}

/** Templates that we cannot fill in are for KServe. */
export function markTemplate(word: Word): Word {
  const template = word.unresolved === undefined ? openTemplate(word.text) : undefined;
  return template === undefined ? word : { ...word, unresolved: template };
}
