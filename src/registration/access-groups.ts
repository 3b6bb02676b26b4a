import { ANNOTATION_PREFIX } from './annotations.ts';
import type { Problem } from './projection.ts';
import type { TenantRights } from './rights.ts';
import { readTags } from './short-values.ts';
import { quoted } from './visible.ts';

/** What the annotation `access-groups` comes to. */
export interface AccessGroupsReading {
  /** Those that it names, where it may name all of them. */
  groups?: string[];
  /** What is wrong with the value, as the end of a sentence about it. */
  wrong?: string;
  /** What the administrator does not allow. */
  refused?: Problem;
}

/** Reads a list of LiteLLM's access groups. To join one is a grant to whoever may use it, so that only those pass that the namespace may join. */
export function readAccessGroups(value: string, rights: TenantRights | undefined): AccessGroupsReading {
  const { tags: groups, problems } = readTags(value, 'group');
  if (problems.length > 0) return { wrong: problems.join('; ') };
  const others = groups.filter((group) => !rights?.accessGroups.includes(group));
  if (others.length === 0) return { groups };
  const message = `${ANNOTATION_PREFIX}access-groups: ${others.map(quoted).join(', ')} may not be joined from this namespace: the administrator can allow it.`;
  return { refused: { reason: 'NotAllowed', message, rule: 'access-group' } };
}
