import { z } from 'zod';
import type { Connection } from '../../kubernetes/index.ts';

/** Longest wait for the API server: what is found out here is only a warning. */
const PATIENCE_MS = 5_000;

const Deployments = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ namespace: z.string(), name: z.string() }),
      spec: z.object({ replicas: z.int().optional() }),
    }),
  ),
});

/**
 * The controllers that are installed from the manifests and not scaled to 0, as `namespace/name`.
 *
 * @returns undefined where the cluster does not let them be seen: that is no reason to stop
 */
export async function runningControllers(connection: Connection): Promise<string[] | undefined> {
  try {
    const answer = await connection.request({
      method: 'GET',
      path: '/apis/apps/v1/deployments',
      query: { labelSelector: 'app.kubernetes.io/name=model-registrar' },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { items } = Deployments.parse(answer);
    // Kubernetes means 1 where none is given.
    return items.flatMap(({ metadata, spec }) =>
      spec.replicas === 0 ? [] : [`${metadata.namespace}/${metadata.name}`],
    );
  } catch {
    return undefined;
  }
}
