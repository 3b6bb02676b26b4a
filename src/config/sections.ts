import { z } from 'zod';
import { sharedNames, tenants } from './tenants.ts';

const A_LIST = 'must be a list';

/** Parts of the file of `--config` that are no single settings, and have no flags. Absent: the value for nothing. */
export const sections = {
  /** Further LiteLLMs beside that of `--litellm-url`. */
  litellms: z.array(z.strictObject({ name: z.string() }), A_LIST).default([]),
  /** What the objects of namespaces may ask for. */
  tenants,
  /** Public names that several namespaces hold together. */
  'shared-names': sharedNames,
} as const satisfies Record<string, z.ZodType<unknown>>;

export type SectionName = keyof typeof sections;

/** What stands in the file beside the settings. */
export type Sections = { [N in SectionName]: z.output<(typeof sections)[N]> };
