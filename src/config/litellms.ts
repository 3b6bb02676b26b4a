import { z } from 'zod';
import { httpUrl, keyFile, ownerId, text } from './values.ts';

/** The one of `--litellm-url`. */
export const DEFAULT_LITELLM = 'default';

const A_NAME = 'must be a name: 1 to 63 lower-case letters, digits and "-"';
const A_PATTERN = 'must be the name of a namespace, in which "*" stands for any characters and "?" for one';
const A_TAG = 'must be 1 to 64 letters, digits, spaces and _.:/@+-, beginning with a letter or digit';

const pattern = z.string(A_PATTERN).regex(/^[a-z0-9*?-]{1,63}$/, A_PATTERN);
const patterns = z.array(pattern, 'must be a list of namespaces').max(1_000, 'must hold at most 1000');
const words = z
  .array(z.string(A_TAG).regex(/^[A-Za-z0-9][A-Za-z0-9 _.:/@+-]{0,63}$/, A_TAG), 'must be a list')
  .max(32, 'must hold at most 32');

/** One LiteLLM, as an administrator lists it. */
const Entry = z.strictObject({
  name: z
    .string(A_NAME)
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, A_NAME)
    .describe('Stands in annotations, logs and metrics.'),
  url: httpUrl.optional().describe('Its address; not of the default one, which has the setting litellm-url.'),
  'key-file': keyFile.optional().describe('File with the key of one of its proxy_admins, read anew when it changes.'),
  'ca-file': text.optional().describe('PEM file of the authority that signed its certificate.'),
  'owner-id': ownerId.optional().describe('Stands in the rows there; without it that of --owner-id.'),
  namespaces: patterns
    .optional()
    .describe('The namespaces whose objects may choose it, with * and ?; without it all of them.'),
  'default-for': patterns
    .default([])
    .describe('The namespaces whose objects go there where they choose none; they may choose it, too.'),
  'access-groups': words.default([]).describe('Access groups of every row there.'),
  tags: words.default([]).describe('Tags of every row there.'),
});

/** How the default one is reached is said by settings of its own. */
const SET_ELSEWHERE = {
  url: 'litellm-url',
  'key-file': 'litellm-key-file',
  'ca-file': 'litellm-ca-file',
  'owner-id': 'owner-id',
} as const;

/** The section `litellms` of the file of `--config`: further LiteLLMs, and what holds for the rows of each. */
export const litellms = z
  .array(Entry, 'must be a list')
  .max(50, 'must hold at most 50')
  .default([])
  .superRefine((entries, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const [index, entry] of entries.entries()) {
      const first = (same: (other: typeof entry) => boolean): boolean => entries.findIndex(same) === index;
      if (!first(({ name }) => name === entry.name)) problem([index, 'name'], 'must not be that of another');
      if (entry.name === DEFAULT_LITELLM) {
        for (const [key, setting] of Object.entries(SET_ELSEWHERE))
          if (key in entry)
            problem([index, key], `must not stand here: for the default one it is the setting ${setting}`);
        continue;
      }
      if (entry.url === undefined) problem([index], 'must have a url');
      if (entry['key-file'] === undefined) problem([index], 'must have a key-file');
      // Two writers on one LiteLLM would take each other's rows for moved ones.
      else if (!first(({ url }) => url === entry.url)) problem([index, 'url'], 'must not be that of another');
    }
  });
