import { serverOfCommand } from './server-kind.ts';
import { expandReferences, shellCommands, type Word } from './shell-words.ts';
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

/** Scripts in scripts are followed so far. */
const MAX_DEPTH = 3;

/**
 * The command line of a container, with a shell's one-liner taken apart (of several commands the last one that starts a known server,
 * else the last) and arguments that came as one text split. Assignments in a script change `variables`. Never throws.
 */
export function commandLine(command: readonly string[], args: readonly string[], variables: Variables): CommandLine {
  const argv = [...command, ...args].map((argument) => expandKubernetes(argument, variables));
  const script = scriptOf(argv);
  if (script !== undefined) return { words: serverWords(script, variables, 1).map(markPlaceholder), script: true };
  const alone = args.length === 1;
  const words = argv.flatMap((argument) => argumentWords(argument, alone, variables));
  return { words: words.map(markPlaceholder), script: false };
}

/** The words of a text of flags, such as a variable with further arguments holds. */
export function splitFlags(text: string, variables: Variables): Word[] {
  return shellCommands(text, variables).flat().map(markPlaceholder);
}

/** What a shell is told to run, where the arguments start one: `sh -c …`, `/bin/bash -lc …`, `tini -- bash -o pipefail -c …`. */
function scriptOf(argv: readonly string[]): string | undefined {
  const shell = argv.slice(0, 4).findIndex((word) => SHELLS.has(word.slice(word.lastIndexOf('/') + 1)));
  const isOption = (word: string) => /^-\w*c\w*$/.test(word);
  if (shell >= 0) {
    const option = argv.slice(0, shell + 8).findIndex((word, index) => index > shell && isOption(word));
    return option < 0 ? undefined : argv[option + 1];
  }
  // Only arguments are given, for an image that starts a shell.
  const [first = '', second = ''] = argv;
  return isOption(first) && /\s/.test(second) ? second : undefined;
}

function serverWords(script: string, variables: Variables, depth: number): Word[] {
  const commands = shellCommands(script, variables).map((words) => {
    const command = withoutLeading(words);
    const inner = depth < MAX_DEPTH ? scriptOf(command.map((word) => word.text)) : undefined;
    return inner === undefined ? command : serverWords(inner, variables, depth + 1);
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
  if (/\s/.test(argument.trim())) {
    const isFlag = argument.startsWith('-');
    const plainly = isFlag ? /^--?[\w-]+\s/.test(argument) || (alone && /\s--?[A-Za-z]/.test(argument)) : false;
    if (plainly) return splitFlags(argument, variables);
    const command = isFlag ? [] : splitFlags(argument, variables);
    if (serverOfCommand(command.map((word) => word.text))) return command;
  }
  return [expandReferences(argument, variables)];
}

/** Templates over the object other than its name are for KServe to fill in. */
function markPlaceholder(word: Word): Word {
  const [placeholder] = /\{\{\s*\.[\w.]{1,60}\s*\}\}/.exec(word.text) ?? [];
  return placeholder && word.unresolved === undefined ? { ...word, unresolved: placeholder } : word;
}
