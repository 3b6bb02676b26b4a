export { CONFIG_ERRORS, ConfigError, type ConfigErrorCode } from './errors.ts';
export { type LiteLlmSettings, litellmNamed, litellmsOf } from './instances.ts';
export { DEFAULT_LITELLM } from './litellms.ts';
export { ConfigFile, howToGive, keyFromEnvironment, readSettings, type Settings, withoutKeys } from './read.ts';
export type { SectionName, Sections } from './sections.ts';
export { environmentName, type SettingName, type SettingRow, settings } from './table.ts';
export { interval } from './values.ts';
