import type { CommandWords, FlagWords } from './words.ts';

/** A completion script for fish, with descriptions. */
export function fishCompletion(name: string, commands: readonly CommandWords[]): string {
  const names = commands.map((one) => one.name).join(' ');
  const none = `not __fish_seen_subcommand_from ${names}`;
  const lines = [
    `complete -c ${name} -f`,
    `complete -c ${name} -n ${quote(none)} -s V -l version -d 'The version'`,
    `complete -c ${name} -n ${quote(none)} -s h -l help -d 'What it takes'`,
    ...commands.map((one) => `complete -c ${name} -n ${quote(none)} -a ${one.name} -d ${quote(one.description)}`),
    ...commands.flatMap((one) => {
      const within = `complete -c ${name} -n ${quote(`__fish_seen_subcommand_from ${one.name}`)}`;
      return [
        ...one.flags.map((flag) => `${within} ${flagOptions(flag)}`),
        ...(one.arguments.length > 0 ? [`${within} -a ${quote(one.arguments.join(' '))}`] : []),
      ];
    }),
  ];
  return `# fish completion of ${name}: put it as ${name}.fish into ~/.config/fish/completions.\n${lines.join('\n')}\n`;
}

function flagOptions({ long, short, value, description }: FlagWords): string {
  const names = [...(short ? [`-s ${short.slice(1)}`] : []), `-l ${long.slice(2)}`];
  return [...names, ...valueOptions(value), `-d ${quote(description)}`].join(' ');
}

function valueOptions(value: FlagWords['value']): string[] {
  switch (value.kind) {
    case 'none':
      return [];
    case 'file':
      return ['-r', '-F'];
    case 'choice':
      return ['-x', `-a ${quote(value.choices.join(' '))}`];
    case 'any':
      return ['-x'];
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
