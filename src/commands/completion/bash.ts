import type { CommandWords, FlagWords } from './words.ts';

/** A completion script for bash (4 and later): no program runs while one types. */
export function bashCompletion(name: string, commands: readonly CommandWords[]): string {
  const identifier = `_${name.replaceAll('-', '_')}`;
  return `# bash completion of ${name}: source it, or put it into a folder of bash-completion.
${identifier}() {
  local current=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD-1]} command='' prefix='' word
  # "--flag=value" arrives as three words, or as one where COMP_WORDBREAKS lacks the sign.
  if [[ $current == = ]]; then
    current=''
  elif [[ $flag == = ]]; then
    flag=\${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $current == --*=* ]]; then
    flag=\${current%%=*} prefix=\${current%%=*}= current=\${current#*=}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then
      command=$word
      break
    fi
  done
  COMPREPLY=()
  case $command in
    '') mapfile -t COMPREPLY < <(compgen -W '${[...commands.map((one) => one.name), '--help', '--version'].join(' ')}' -- "$current") ;;
${commands.map(commandCase).join('\n')}
  esac
  if [[ $prefix && \${#COMPREPLY[@]} -gt 0 ]]; then COMPREPLY=("\${COMPREPLY[@]/#/$prefix}"); fi
}
complete -F ${identifier} ${name}
`;
}

function commandCase({ name, flags, arguments: words }: CommandWords): string {
  const offered = [...words, ...flags.map(({ long }) => long)].join(' ');
  return `    ${name})
      case $flag in
${valueCases(flags)}        *) mapfile -t COMPREPLY < <(compgen -W '${offered}' -- "$current") ;;
      esac
      ;;`;
}

function valueCases(flags: readonly FlagWords[]): string {
  const spelled = (some: readonly FlagWords[]): string =>
    some.flatMap(({ long, short }) => (short ? [short, long] : [long])).join(' | ');
  const files = flags.filter(({ value }) => value.kind === 'file');
  const free = flags.filter(({ value }) => value.kind === 'any');
  const lines = [
    ...flags.flatMap((flag) =>
      flag.value.kind === 'choice'
        ? [
            `${spelled([flag])}) mapfile -t COMPREPLY < <(compgen -W '${flag.value.choices.join(' ')}' -- "$current") ;;`,
          ]
        : [],
    ),
    ...(files.length > 0
      ? [`${spelled(files)}) compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;`]
      : []),
    ...(free.length > 0 ? [`${spelled(free)}) ;;`] : []),
  ];
  return lines.map((line) => `        ${line}\n`).join('');
}
