import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readYaml } from '../yaml/index.ts';
import { ConfigError } from './errors.ts';
import { type Sections, sections } from './sections.ts';
import { environmentName, type SettingName, settings, type table } from './table.ts';

type Value<N extends SettingName> = z.output<(typeof table)[N]['schema']>;
type Row<N extends SettingName> = (typeof table)[N];
type Read<N extends SettingName> =
  Row<N> extends { repeatable: true }
    ? Value<N>[]
    : Row<N> extends { default: string }
      ? Value<N>
      : Value<N> | undefined;

/** The settings of a command, and the further sections of its file, checked. */
export type Settings = { [N in SettingName]: Read<N> } & Sections;

export interface Given {
  /** What stood on the command line, by the setting's name. */
  flags: Record<string, unknown>;
  environment: Record<string, string | undefined>;
  /** YAML file of settings by name; the weakest of the three. */
  file?: string | undefined;
}

/**
 * Puts a command's settings together: flags beat the environment, which beats the file, which beats the defaults.
 *
 * @throws ConfigError naming every wrong value, where it came from and what is allowed.
 */
export function readSettings({ flags, environment, file }: Given): Settings {
  const { own: fromFile, further, placeOf } = readFile(file);
  const problems: string[] = unknownVariables(environment);
  const read: Record<string, unknown> = { ...further };
  for (const row of settings) {
    const place = `"${row.name}" in ${placeOf(row.name)}`;
    if (saysNothing(fromFile, row.name)) problems.push(`${place} says nothing: leave the line out for the default.`);
    const given =
      value(flags[row.name], `--${row.name}`) ??
      value(environment[row.env] || undefined, row.env) ??
      value(fromFile[row.name], place) ??
      value(row.default, 'the default');
    if (given === undefined) {
      read[row.name] = row.repeatable ? [] : undefined;
      continue;
    }
    const schema = row.repeatable ? z.array(row.schema) : row.schema;
    const parsed = schema.safeParse(row.repeatable ? asList(given.value) : scalar(given.value));
    if (parsed.success) read[row.name] = parsed.data;
    else problems.push(`${given.from} ${parsed.error.issues[0]?.message ?? 'is wrong'}, but is ${show(given.value)}.`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return read as Settings;
}

/** LiteLLM's key from the environment, for local use. It has no flag: command lines are read by others. */
export function keyFromEnvironment(environment: Record<string, string | undefined>): string | undefined {
  return environment.MODEL_REGISTRAR_LITELLM_KEY?.trim() || undefined;
}

/** What was to be filled in, and was not, would lift a limit without a word. */
function saysNothing(file: Record<string, unknown>, name: SettingName): boolean {
  const given = file[name];
  return Object.hasOwn(file, name) && (given === null || (Array.isArray(given) && given.length === 0));
}

function value(given: unknown, from: string): { value: unknown; from: string } | undefined {
  return given === undefined || given === null ? undefined : { value: given, from };
}

function asList(given: unknown): unknown[] {
  if (Array.isArray(given)) return given.map(scalar);
  if (typeof given !== 'string' && typeof given !== 'number') return [given];
  return `${given}`.split(',').flatMap((part) => part.trim() || []);
}

/** YAML reads `settle: 60` as a number; the schemas take text, and say what is missing. */
function scalar(given: unknown): unknown {
  return typeof given === 'number' ? `${given}` : given;
}

/** The value for a message. What may be a password in an address is left out: messages end in logs. */
function show(given: unknown): string {
  const text = JSON.stringify(given, (_key, part: unknown) => (typeof part === 'string' ? withoutSecrets(part) : part));
  return text.slice(0, 80);
}

function withoutSecrets(text: string): string {
  return withoutKeys(text)
    .replace(/^([a-z]+:\/\/)?.*@/is, '$1…@')
    .replace(/(:\/\/[^?#]*[?#]).+$/s, '$1…');
}

/** A text without keys of LiteLLM, which begin with `sk-`: for messages that repeat what somebody typed. */
export function withoutKeys(text: string): string {
  return text.replace(/\bsk-[\w-]+/g, 'sk-…');
}

/** The whole file of `--config`: settings by the names of their flags, which are checked one by one, and sections. */
export const ConfigFile = z
  .strictObject(
    {
      ...Object.fromEntries(settings.map(({ name, help }) => [name, z.unknown().describe(help)])),
      ...sections,
    } as { [N in SettingName]: z.ZodUnknown } & typeof sections,
    'must hold settings by name, for example "litellm-url: http://…"',
  )
  .partial();

/** @returns `own`: the settings as they stand there; `further`: the checked sections */
function readFile(file: string | undefined): {
  own: Record<string, unknown>;
  further: Sections;
  /** `file:line` of a setting. */
  placeOf: (name: string) => string;
} {
  const text = file === undefined ? '' : readText(file);
  const read = readYaml(text, ConfigFile.nullable(), file ?? '');
  if ('problems' in read) {
    const help = `: the names of settings are those of the flags, without "--"; beside them there are ${Object.keys(sections).join(', ')}`;
    const lines = read.problems.map((problem) => `${problem}${/: [^.[]+ is not known$/.test(problem) ? help : ''}.`);
    throw new ConfigError(lines.join('\n'), 'bad-file');
  }
  // A file that was cut short or not filled in would lift all limits without a word.
  if (file !== undefined && read.value === null) {
    const next = 'Write "{}" into it if that is meant, or leave --config out.';
    throw new ConfigError(`The file of --config, ${file}, says nothing: it would set no limits. ${next}`, 'bad-file');
  }
  const own: Record<string, unknown> = { ...read.value };
  const further = Object.entries(sections).map(([name, schema]) => [name, own[name] ?? schema.parse(undefined)]);
  for (const name of Object.keys(sections)) delete own[name];
  const placeOf = (name: string) => `${file}:${read.lineOf([name])}`;
  return { own, further: Object.fromEntries(further) as Sections, placeOf };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(
      `The file of --config, ${file}, cannot be read: check its path and rights.`,
      'unreadable-file',
    );
  }
}

const PREFIX = 'MODEL_REGISTRAR_';

/** Variables of ours that are no settings of the table. */
const FURTHER: ReadonlySet<string> = new Set([`${PREFIX}CONFIG`, `${PREFIX}LITELLM_KEY`]);

/** Kubernetes sets such variables for each Service of the namespace, unless the pod says enableServiceLinks: false. */
const SERVICE_LINK = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)$/;

/** A mistyped owner id that nobody notices would give all rows another owner. */
function unknownVariables(environment: Record<string, string | undefined>): string[] {
  const known = new Set(settings.map(({ env }) => env));
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name) && !FURTHER.has(name) && !SERVICE_LINK.test(name))
    .map((name) => `${name} is no setting: --help names the variables that there are.`);
}

/** For messages: how a setting can be given. */
export function howToGive(name: SettingName): string {
  return `--${name} or ${environmentName(name)}`;
}
