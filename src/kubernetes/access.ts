import { z } from 'zod';
import type { Connection } from './connection.ts';
import { KubernetesError } from './errors.ts';

/** Something that a user may or may not do, in the words of a Role. */
export interface Right {
  verb: string;
  /** Empty for the core group. */
  group: string;
  /** Lower-case plural. */
  resource: string;
  /** Without one: in all namespaces, or a kind that belongs to none. */
  namespace?: string | undefined;
  /** The object of this name alone. */
  name?: string;
}

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });
const SelfReview = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

/**
 * Asks the API server whether this user has a right (`SelfSubjectAccessReview`, which every user may ask for). Nothing is stored.
 *
 * @throws KubernetesError
 */
export async function hasRight(connection: Connection, right: Right, signal?: AbortSignal): Promise<boolean> {
  const answer = await connection.request({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: right },
    },
    ...(signal && { signal }),
  });
  const parsed = Review.safeParse(answer);
  if (parsed.success) return parsed.data.status.allowed;
  throw new KubernetesError(
    'unreadable',
    `${connection.server} gave a review of access that is none; check the address.`,
  );
}

/** Who this user is to the API server; undefined where it does not tell (Kubernetes before 1.28). @throws KubernetesError */
export async function whoAmI(connection: Connection, signal?: AbortSignal): Promise<string | undefined> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const answer = SelfReview.safeParse(
      await connection.request({ method: 'POST', path, body, ...(signal && { signal }) }),
    );
    return answer.data?.status.userInfo.username;
  } catch (error) {
    if (error instanceof KubernetesError && (error.code === 'not-found' || error.code === 'forbidden'))
      return undefined;
    throw error;
  }
}
