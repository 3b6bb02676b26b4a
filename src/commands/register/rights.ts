import { type Connection, hasRight, KubernetesError, type Right } from '../../kubernetes/index.ts';
import { kindWord, type SecretRef } from '../../registration/index.ts';
import type { WatchedSource } from '../../sources/index.ts';
import { describeRights } from '../doctor/index.ts';
import { PlainError } from '../plain-error.ts';

/**
 * Makes sure that this account may look at the object: one that may not would wait in vain.
 *
 * @throws PlainError naming the rights that are missing, KubernetesError where the API server cannot be asked
 */
export async function requireRights(
  connection: Connection,
  { source, namespace, name }: { source: WatchedSource; namespace: string; name: string },
): Promise<void> {
  const { group, plural } = source.resource;
  const needed = (source.related ?? []).filter((kind) => kind.needed && !kind.clusterWide);
  const lacking = await lackingOf(connection, [
    // A Role may name this one object.
    ...['list', 'watch'].map((verb) => ({ verb, group, resource: plural, namespace, name })),
    ...needed.flatMap(({ resource }) =>
      ['list', 'watch'].map((verb) => ({ verb, group: resource.group, resource: resource.plural, namespace })),
    ),
  ]);
  if (lacking.length === 0) return;
  throw new PlainError(refusal(lacking, `${kindWord(source.kind)}/${name}`));
}

/** Why a Secret cannot be read, where that is for want of the right. @throws KubernetesError */
export async function missingSecretRight(
  connection: Connection,
  { namespace, name }: SecretRef,
): Promise<string | undefined> {
  const right = { verb: 'get', group: '', resource: 'secrets', namespace, name };
  const lacking = await lackingOf(connection, [right]);
  return lacking.length === 0 ? undefined : refusal(lacking, `the key in the Secret ${name}`);
}

async function lackingOf(connection: Connection, rights: readonly Right[]): Promise<Right[]> {
  const answers = await Promise.all(rights.map((right) => mayDo(connection, right)));
  return rights.filter((_, index) => !answers[index]);
}

/** Where even that may not be asked, it shows when the right is made use of. */
async function mayDo(connection: Connection, right: Right): Promise<boolean> {
  return hasRight(connection, right).catch((error: unknown) => {
    if (error instanceof KubernetesError && error.code === 'forbidden') return true;
    throw error;
  });
}

function refusal(lacking: readonly Right[], what: string): string {
  return `This account may not ${describeRights(lacking)}, so that ${what} cannot be seen. Give it that right in a Role, as manifests/samples/register-job.yaml does.`;
}
