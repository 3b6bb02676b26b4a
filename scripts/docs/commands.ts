import type { Argument, Command, Option } from 'commander';
import { createProgram } from '../../src/commands/program.ts';
import { settings } from '../../src/config/index.ts';
import { code, marked, page, table } from './markdown.ts';

/** What stands after the flags in a command's `--help`. */
export interface AfterHelp {
  /** Paragraphs before the examples. */
  about: string;
  /** Commands with `$ ` before them, and lines that say what they are for. */
  examples: string;
  /** One sentence. */
  exitCodes: string;
}

/** Every command, from the definitions that print `--help`. */
export function commandsPage(): string {
  const { commands } = createProgram(() => {});
  return page(
    'Commands',
    'In a checkout `npm start -- COMMAND …` or, with Node 24, `node src/main.ts COMMAND …` is the same program. `model-registrar COMMAND --help` says what stands here.',
    table(
      ['command', ''],
      commands.map((command) => [`[${code(command.name())}](#${command.name()})`, marked(command.description())]),
    ),
    ...commands.map(section),
  );
}

/** @throws where a command's help lacks examples or exit codes: each has them */
export function afterHelpOf(command: Command): AfterHelp {
  const printed: string[] = [];
  const before = command.configureOutput();
  command.configureOutput({ ...before, writeOut: (text) => printed.push(text) }).outputHelp();
  command.configureOutput(before);
  const after = printed.join('').slice(command.helpInformation().length).trim();
  const parts = /^(?<about>.*?)Examples:\n(?<examples>.*?)\n\nExit codes: (?<exitCodes>.*)$/s.exec(after);
  if (!parts?.groups) throw new Error(`${command.name()} --help must end in "Examples:" and "Exit codes: …".`);
  const { about = '', examples = '', exitCodes = '' } = parts.groups;
  return { about: about.trim(), examples: examples.replaceAll(/^ {2}/gm, ''), exitCodes: exitCodes.trim() };
}

function section(command: Command): string {
  const { about, examples, exitCodes } = afterHelpOf(command);
  const own = command.options.filter((option) => settingOf(option) === undefined);
  const given = [
    ...command.registeredArguments.map((argument) => [code(`<${argument.name()}>`), marked(describe(argument))]),
    ...own.map((option) => [code(option.flags), marked(describe(option))]),
  ];
  const shared = command.options.flatMap((option) => settingOf(option) ?? []);
  return [
    `## ${command.name()}`,
    marked(command.description()),
    prose(about),
    `${code(`model-registrar ${command.name()} ${command.usage()}`)}`,
    given.length > 0 ? table(['', ''], given) : '',
    shared.length > 0 ? `[Settings](settings.md): ${shared.map((name) => code(`--${name}`)).join(', ')}.` : '',
    unrun(examples),
    `Exit codes: ${marked(exitCodes)}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Paragraphs; commands in them become a block. */
function prose(about: string): string {
  return about
    .split(/\n\n|\n(?= {2}\$)/)
    .map((part) => (part.startsWith('  $') ? unrun(part.trim()) : marked(part.replaceAll('\n', ' '))))
    .join('\n\n');
}

function unrun(lines: string): string {
  return `<!-- not run: addresses of somewhere else; a test of their own reads them -->\n\n\`\`\`console\n${lines}\n\`\`\``;
}

/** The setting that an option stands for; other commands have flags of the same name that are none. */
function settingOf({ long, description }: Option): string | undefined {
  if (long === '--config') return 'config';
  return settings.find(({ name, env }) => long === `--${name}` && description.includes(env))?.name;
}

function describe({ description, argChoices, defaultValue, defaultValueDescription }: Option | Argument): string {
  const details = [
    ...(argChoices ? [`one of ${argChoices.join(', ')}`] : []),
    ...(defaultValue !== undefined && defaultValue !== false
      ? [`default ${defaultValueDescription ?? String(defaultValue)}`]
      : []),
  ];
  return details.length > 0 ? `${description} (${details.join('; ')})` : description;
}
