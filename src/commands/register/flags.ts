import { type Command, Option } from 'commander';
import { ANNOTATION_PREFIX, type AnnotationKey, findAnnotation } from '../../registration/index.ts';

/** Annotations that `register` takes as flags of the same name, with what stands behind the flag; a switch has nothing there. */
const FLAGS: readonly (readonly [AnnotationKey, string?])[] = [
  ['model-name', '<names>'],
  ['served-name', '<name>'],
  ['mode', '<mode>'],
  ['embedding'],
  ['max-model-len', '<tokens>'],
  ['notes', '<text>'],
  ['tags', '<tags>'],
  ['litellm-params', '<yaml>'],
  ['model-info', '<yaml>'],
  ['provider', '<name>'],
  ['base-path', '<path>'],
  ['api-key-secret', '<secret>'],
];

/** Adds the flags; what they mean is said by the table of annotations. */
export function addModelFlags(command: Command): Command {
  for (const [key, argument] of FLAGS) {
    const flag = argument ? `--${key} ${argument}` : `--${key}`;
    const { meaning = '', default: otherwise = '' } = findAnnotation(key) ?? {};
    const help = argument
      ? `${capital(meaning)}. Without it: the annotation’s, else ${otherwise}.`
      : 'Short for --mode embedding.';
    command.addOption(new Option(flag, help).helpGroup('The model:'));
  }
  return command;
}

/** What the flags of a parsed command say, as annotations, whole names. @param port - what stood behind the name of a Service */
export function annotationsOf(command: Command, port: string | undefined): Record<string, string> {
  const given = command.opts<Record<string, unknown>>();
  const said = FLAGS.flatMap(([key]): [string, string][] => {
    const value = given[key.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (typeof value === 'string') return [[key, value]];
    return value === true ? [[key, 'true']] : [];
  });
  const all: [string, string][] = port === undefined ? said : [...said, ['port', port]];
  return Object.fromEntries(all.map(([key, value]) => [`${ANNOTATION_PREFIX}${key}`, value]));
}

/**
 * A message about annotations in the words of who gave flags: what is not an annotation of the object itself is, or could be, a flag.
 *
 * @param given - what the flags said, whole names
 * @param annotated - the annotations of the object itself, without their prefix
 */
export function inFlags(
  message: string,
  given: Readonly<Record<string, string>>,
  annotated: readonly string[] = [],
): string {
  return message.replaceAll(/model-registrar\.io\/([a-z-]+)/g, (whole, key: string) => {
    if (!Object.hasOwn(given, whole) && annotated.includes(key)) return whole;
    if (key === 'port') return ':PORT behind its name';
    return FLAGS.some(([known]) => known === key) ? `--${key}` : whole;
  });
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
