import { ConfigError } from './errors.ts';
import { DEFAULT_LITELLM } from './litellms.ts';
import type { Settings } from './read.ts';

/** One of the LiteLLMs of an installation. */
export interface LiteLlmSettings {
  name: string;
  /** As if it were the only one: its address, key, authority and owner id stand in the place of those of the default one. */
  settings: Settings;
  /** Patterns of the namespaces whose objects may choose it; undefined: all. */
  namespaces: readonly string[] | undefined;
  /** Patterns of the namespaces whose objects go there where they choose none. */
  defaultFor: readonly string[];
  accessGroups: readonly string[];
  tags: readonly string[];
}

/** All LiteLLMs of an installation, the default one first. @throws ConfigError where one is listed that is the default one */
export function litellmsOf(settings: Settings): [LiteLlmSettings, ...LiteLlmSettings[]] {
  const own = settings.litellms.find(({ name }) => name === DEFAULT_LITELLM);
  const further = settings.litellms.filter(({ name }) => name !== DEFAULT_LITELLM);
  const same = further.find(({ url }) => url === settings['litellm-url']);
  if (same)
    throw new ConfigError(
      `The LiteLLM "${same.name}" of the section litellms has the address of --litellm-url: leave one of the two out.`,
    );
  return [
    { name: DEFAULT_LITELLM, settings, ...audience(own) },
    ...further.map((entry) => ({ name: entry.name, settings: withAccess(settings, entry), ...audience(entry) })),
  ];
}

/** The one of this name. @throws ConfigError where there is none */
export function litellmNamed(settings: Settings, name: string): LiteLlmSettings {
  const all = litellmsOf(settings);
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const known = all.map((one) => one.name).join(', ');
  throw new ConfigError(
    `--litellm must be one of ${known}, but is "${name}": --config lists them in its section litellms.`,
  );
}

type Entry = Settings['litellms'][number];

function withAccess(settings: Settings, entry: Entry): Settings {
  return {
    ...settings,
    'litellm-url': entry.url,
    'litellm-key-file': entry['key-file'],
    'litellm-ca-file': entry['ca-file'],
    'owner-id': entry['owner-id'] ?? settings['owner-id'],
  };
}

function audience(entry: Entry | undefined): Omit<LiteLlmSettings, 'name' | 'settings'> {
  return {
    namespaces: entry?.namespaces,
    defaultFor: entry?.['default-for'] ?? [],
    accessGroups: entry?.['access-groups'] ?? [],
    tags: entry?.tags ?? [],
  };
}
