import type { CommandWords, FlagWords } from './words.ts';

/** A completion script for zsh, with descriptions. */
export function zshCompletion(name: string, commands: readonly CommandWords[]): string {
  const identifier = `_${name.replaceAll('-', '_')}`;
  const described = commands.map((one) => `    ${quote(`${one.name}:${one.description}`)}`);
  return `#compdef ${name}
# zsh completion of ${name}: put it as _${name} into a folder of $fpath, or source it.
${identifier}() {
  local curcontext=$curcontext state line
  local -a commands=(
${described.join('\n')}
  )
  _arguments -C '(-h --help)'{-h,--help}'[What it takes]' '(-V --version)'{-V,--version}'[The version]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then
  ${identifier} "$@"
else
  compdef ${identifier} ${name}
fi
`;
}

function commandCase({ name, flags, arguments: words }: CommandWords): string {
  const specs = [...flags.flatMap(flagSpecs), ...(words.length > 0 ? [`'1: :(${words.join(' ')})'`] : [])];
  return `        ${name})
          _arguments \\
            ${specs.join(' \\\n            ')}
          ;;`;
}

function flagSpecs({ long, short, value, repeatable, description }: FlagWords): string[] {
  const equals = value.kind === 'none' ? '' : '=';
  const star = repeatable ? '*' : '';
  const after = `[${escaped(description)}]${action(value)}`;
  const names = [...(short ? [`${short}${value.kind === 'none' ? '' : '+'}`] : []), `${long}${equals}`];
  return names.map((spelled) => quote(`${star}${spelled}${after}`));
}

function action(value: FlagWords['value']): string {
  switch (value.kind) {
    case 'none':
      return '';
    case 'file':
      return ':file:_files';
    case 'choice':
      return `:value:(${value.choices.join(' ')})`;
    case 'any':
      return ':value: ';
  }
}

/** Brackets and colons mean something within a specification. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, (character) => `\\${character}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
