import { z } from 'zod';
import { MAX_PATTERN_LENGTH, matchesPattern, neverAllowed, type RightsPlace } from '../registration/index.ts';

const A_LIST = 'must be a list';
const MOST = 1_000;

const plain = (what: string) =>
  z
    .string(`must be ${what}`)
    .min(1, `must be ${what}`)
    .max(MAX_PATTERN_LENGTH, 'must not be longer than 256 characters');
const namespace = z
  .string('must be the name of a namespace, or a pattern such as team-*')
  .regex(/^[a-z0-9*?][a-z0-9*?-]{0,62}$/, 'must be the name of a namespace, or a pattern such as team-*');
const list = <T extends z.ZodType>(item: T, message = A_LIST) =>
  z.array(item, message).max(MOST, `must hold at most ${MOST}`);

/** The first entry that matches counts: one that an earlier entry hides would give other rights than it says. */
function unhidden<K extends string>(key: K) {
  return (entries: readonly Record<K, string>[], context: z.core.$RefinementCtx) => {
    for (const [index, { [key]: pattern }] of entries.entries()) {
      // A question mark would match a star, which stands for more.
      const earlier = entries
        .slice(0, index)
        .find((one) => !one[key].includes('?') && matchesPattern(one[key], pattern));
      const hidden = earlier ?? entries.slice(0, index).find((one) => one[key] === pattern);
      if (!hidden) continue;
      const message = `must come before "${hidden[key]}", which matches it too: the first entry that matches counts`;
      context.addIssue({ code: 'custom', path: [index, key], message });
    }
  };
}

/** Keys that an object may then set as it likes: none that says where a call goes, with which credential, or who made the row. */
function keys(place: RightsPlace) {
  const key = plain('the name of a key').superRefine((name, context) => {
    const why = neverAllowed(place, name);
    if (why) context.addIssue({ code: 'custom', message: `cannot be allowed to objects: ${why}` });
    else if (!/^[\w.-]{1,64}$/.test(name)) context.addIssue({ code: 'custom', message: 'must be the name of a key' });
  });
  return list(key, 'must be a list of keys').default([]);
}

/** The section `tenants` of the file of `--config`: what the objects of a namespace may ask for. */
export const tenants = list(
  z.strictObject({
    namespace: namespace.describe('The first entry that matches counts.'),
    'public-names': list(plain('a name or a pattern'), 'must be a list of names or patterns such as search-*')
      .optional()
      .describe('Public names that its objects may have; any without it.'),
    'access-groups': list(plain('the name of a group'), 'must be a list of groups')
      .default([])
      .describe('Access groups of LiteLLM that its objects may join.'),
    'litellm-params': keys('params').describe('Keys of litellm-params beyond the closed list.'),
    'model-info': keys('info').describe('Keys of model-info beyond the closed list.'),
    credentials: list(plain('the name of a credential'), 'must be a list of credentials')
      .default([])
      .describe('Credentials of LiteLLM that litellm-params may name: LiteLLM sends them to the object’s server.'),
  }),
  'must be a list of entries, each with a namespace',
)
  .superRefine(unhidden('namespace'))
  .default([]);

/** The section `shared-names`: public names that several namespaces hold together. */
export const sharedNames = list(
  z.strictObject({
    name: plain('a name or a pattern').describe(
      'A public name, or a pattern of some; the first entry that matches counts.',
    ),
    namespaces: list(namespace, 'must be a list of namespaces').min(1, 'must not be empty'),
  }),
  'must be a list of entries, each with a name and namespaces',
)
  .superRefine(unhidden('name'))
  .default([]);
