import { KubernetesError } from './errors.ts';
import { type ListOptions, newestVersion } from './list-pages.ts';
import { resourceName } from './resource.ts';

/**
 * Makes sure that a server which was lost from sight has not gone back in time: emptied, restored from a backup, or another one
 * under the same address. It would take a watch from a version that it has yet to reach, and say nothing until it gets there, bookmarks
 * included (seen with kube-apiserver 1.36 on a new etcd), so that all would look well. Where the server is past that version already, nobody can tell:
 * the list beside the watch finds what differs.
 *
 * The order of versions is defined since Kubernetes 1.35 (KEP-5504), and was that of etcd's revisions before. One that is no number is taken as it is.
 *
 * @throws KubernetesError `expired` when the newest version of the server is older than the given one, others as a list does
 */
export async function confirmHistory(
  options: Omit<ListOptions, 'onItem' | 'pageSize'>,
  version: string,
): Promise<void> {
  const newest = await newestVersion(options);
  if (!isOlder(newest, version)) return;
  throw new KubernetesError(
    'expired',
    `${options.connection.server} is at version ${newest} of ${resourceName(options.resource)}, and was at ${version} before: it was emptied or restored; everything is listed again.`,
  );
}

function isOlder(one: string, other: string): boolean {
  const areNumbers = [one, other].every((version) => /^[0-9]+$/.test(version));
  return areNumbers && BigInt(one) < BigInt(other);
}
