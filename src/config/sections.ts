import type { z } from 'zod';
import { litellms } from './litellms.ts';
import { sharedNames, tenants } from './tenants.ts';

/** Parts of the file of `--config` that are no single settings, and have no flags. Absent: the value for nothing. */
export const sections = {
  /** Further LiteLLMs beside that of `--litellm-url`. */
  litellms,
  /** What the objects of namespaces may ask for. */
  tenants,
  /** Public names that several namespaces hold together. */
  'shared-names': sharedNames,
} as const satisfies Record<string, z.ZodType<unknown>>;

export type SectionName = keyof typeof sections;

/** What stands in the file beside the settings. */
export type Sections = { [N in SectionName]: z.output<(typeof sections)[N]> };
