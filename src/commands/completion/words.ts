import type { Command, Option } from 'commander';
import { z } from 'zod';
import { settings } from '../../config/index.ts';
import { sources } from '../../sources/index.ts';

/** What may stand after a flag. */
export type Value =
  | { kind: 'none' }
  | { kind: 'file' }
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'any' };

/** A flag, as a shell completes it. */
export interface FlagWords {
  /** With its dashes, for example `--output`. */
  long: string;
  /** With its dash, for example `-o`. */
  short: string | undefined;
  value: Value;
  repeatable: boolean;
  /** One sentence. */
  description: string;
}

/** A command, as a shell completes it. */
export interface CommandWords {
  name: string;
  description: string;
  flags: FlagWords[];
  /** What may stand after the command. */
  arguments: readonly string[];
}

/** The words of a program, from its own definitions: what it takes is what is completed. */
export function programWords(program: Command): { name: string; commands: CommandWords[] } {
  const commands = program.commands.map(commandWords);
  return { name: program.name(), commands: [...commands, helpWords(commands.map(({ name }) => name))] };
}

function commandWords(command: Command): CommandWords {
  return {
    name: command.name(),
    description: firstSentence(command.description()),
    flags: [...command.options.map(flagWords), HELP],
    arguments: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
}

/** Every program has the command `help`, and no list of it. */
function helpWords(names: readonly string[]): CommandWords {
  return { name: 'help', description: 'What a command takes', flags: [], arguments: names };
}

const HELP: FlagWords = {
  long: '--help',
  short: '-h',
  value: { kind: 'none' },
  repeatable: false,
  description: 'What the command takes',
};

function flagWords(option: Option): FlagWords {
  return {
    long: option.long ?? `--${option.name()}`,
    short: option.short,
    value: valueAfter(option),
    repeatable: option.variadic || option.parseArg !== undefined,
    description: firstSentence(option.description),
  };
}

function valueAfter(option: Option): Value {
  if (!option.required && !option.optional) return { kind: 'none' };
  // What may be left out is a switch that can also be set to false.
  const choices = option.argChoices ?? (option.optional ? ['true', 'false'] : choicesOf(option.name()));
  if (choices) return { kind: 'choice', choices };
  return /<(?:file|path)/.test(option.flags) ? { kind: 'file' } : { kind: 'any' };
}

/** The values of a setting that takes one of a few. */
function choicesOf(name: string): readonly string[] | undefined {
  if (name === 'source') return [...sources.keys()];
  const schema = settings.find((row) => row.name === name)?.schema;
  return schema instanceof z.ZodEnum ? schema.options.map(String) : undefined;
}

/** Without the default and the environment variable, which stand in brackets, and without the full stop. */
function firstSentence(text: string): string {
  const [first = ''] = text.replace(/ \([^()]*\)$/, '').split(/(?<=\.) (?=[A-Z])/);
  return first.replace(/\.$/, '');
}
