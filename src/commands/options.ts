import { type Command, Option } from 'commander';
import {
  DEFAULT_LITELLM,
  litellmNamed,
  readSettings,
  type SettingName,
  type Settings,
  settings,
} from '../config/index.ts';

/** Told of a command's exit code. */
export type Exit = (code: number) => void;

/** Settings that only matter to a process that stays. */
const LASTING: readonly SettingName[] = [
  'resync-interval',
  'warning-refresh',
  'listen',
  'name-cooldown',
  'leader-elect',
  'lease-name',
  'lease-namespace',
  'lease-duration',
];

/** Settings of how and when something is written. */
const WRITING: readonly SettingName[] = ['dry-run', 'policy', 'rollout-wait', 'backoff-min', 'backoff-max'];

/** Settings of a command that takes rows out by their owner id alone. */
const WITHDRAWING: readonly SettingName[] = [
  'kubeconfig',
  'context',
  'litellm-url',
  'litellm-key-file',
  'litellm-ca-file',
  'litellm-timeout',
  'owner-id',
  'settle',
  'dry-run',
  'lease-namespace',
];

/** Of commands that print a table: their log holds errors alone. */
const LOGGED: readonly SettingName[] = ['log-level'];

const CLUSTER: readonly SettingName[] = ['kubeconfig', 'context'];

/** What is needed to ask both servers. */
const READING: readonly SettingName[] = [
  ...CLUSTER,
  'litellm-url',
  'litellm-key-file',
  'litellm-ca-file',
  'litellm-timeout',
];

/** Settings of a command that is about one object. */
const REGISTERING: readonly SettingName[] = [...READING, 'owner-id', 'address', 'settle', 'dry-run'];

/** What doctor looks at beside both servers. */
const EXAMINED: readonly SettingName[] = [
  'owner-id',
  'source',
  'backends',
  'namespace',
  'settle',
  'leader-elect',
  'lease-name',
  'lease-namespace',
];

/** Which settings a command takes. */
export const TAKES = {
  run: () => true,
  sync: (name: SettingName) => !LASTING.includes(name),
  plan: (name: SettingName) => !LASTING.includes(name) && !LOGGED.includes(name) && name !== 'dry-run',
  list: (name: SettingName) => !LASTING.includes(name) && !LOGGED.includes(name) && !WRITING.includes(name),
  doctor: (name: SettingName) => READING.includes(name) || EXAMINED.includes(name),
  adopt: (name: SettingName) =>
    !LASTING.includes(name) && !LOGGED.includes(name) && (name === 'dry-run' || !WRITING.includes(name)),
  register: (name: SettingName) => REGISTERING.includes(name),
  withdraw: (name: SettingName) => WITHDRAWING.includes(name),
  explain: (name: SettingName) => ['selection', 'address'].includes(name),
  cluster: (name: SettingName) => CLUSTER.includes(name),
} as const;

/** Adds a command's settings as flags, under the headings of the table, and `--config`. */
export function addSettings(command: Command, takes: (name: SettingName) => boolean): Command {
  for (const row of settings) {
    if (!takes(row.name)) continue;
    const flags = row.argument ? `--${row.name} ${row.argument}` : `--${row.name}`;
    const details = [...(row.default && row.argument ? [`default ${row.default}`] : []), row.env];
    const option = new Option(flags, `${row.help} (${details.join('; ')})`).helpGroup(`${row.group}:`);
    if (row.repeatable) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(option);
  }
  return command.addOption(
    new Option('--config <file>', 'YAML file with settings by name; flags and environment beat it.')
      .env('MODEL_REGISTRAR_CONFIG')
      .helpGroup('Operation:'),
  );
}

/** Adds `--litellm`, for a command that works with one of them. */
export function addLitellm(command: Command): Command {
  return command.addOption(
    new Option('--litellm <name>', 'Which of the LiteLLMs, where --config lists several in its section litellms.')
      .default(DEFAULT_LITELLM)
      .helpGroup('LiteLLM:'),
  );
}

/** The settings as if the LiteLLM of `--litellm` were the only one. @throws ConfigError where there is none of that name */
export function settingsOfLitellm(command: Command): Settings {
  const { litellm } = command.opts<{ litellm?: string }>();
  return litellmNamed(settingsOf(command), litellm ?? DEFAULT_LITELLM).settings;
}

/** The settings of a parsed command. @throws ConfigError */
export function settingsOf(command: Command, environment: NodeJS.ProcessEnv = process.env): Settings {
  const given = command.opts<Record<string, unknown>>();
  const flags = Object.fromEntries(settings.map(({ name }) => [name, given[camel(name)]]));
  const { config } = given;
  return readSettings({ flags, environment, file: typeof config === 'string' ? config : undefined });
}

/** How commander names the value of `--litellm-url`. */
function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
