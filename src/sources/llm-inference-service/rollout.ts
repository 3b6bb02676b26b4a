import { z } from 'zod';
import { list, part } from '../lenient.ts';
import { readRelatedIdentity } from '../object/index.ts';
import type { RelatedKind, RelatedObject, RelatedObjects } from '../source.ts';
import type { LlmInferenceService } from './schema.ts';

/** What is kept of a Deployment that KServe makes for an LLMInferenceService. */
export interface Workload extends RelatedObject {
  owner: string | undefined;
  /** Pods of an earlier template may still serve. */
  rollingOut: boolean;
}

const number = z.int().nonnegative().catch(0).default(0);

const schema = z.object({
  metadata: z.object({
    generation: number,
    ownerReferences: list(z.object({ kind: z.string(), name: z.string() })),
  }),
  spec: part({ replicas: z.int().nonnegative().catch(1).default(1) }),
  status: part({ observedGeneration: number, replicas: number, updatedReplicas: number, availableReplicas: number }),
});

/**
 * The Deployments of LLMInferenceServices. Their own status stays Ready through a rollout, in which old pods still answer to an old name of the
 * model (KServe v0.20.0, `propagateDeploymentStatus`).
 */
export const workloads: RelatedKind<Workload> = {
  resource: { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment' },
  clusterWide: false,
  labelSelector: 'app.kubernetes.io/part-of=llminferenceservice',
  title: 'Deployments of LLMInferenceServices',
  without: {
    happens: 'a changed model name is taken over before its pods serve it',
    instead: 'apply manifests/components/rollouts',
  },
  parse(raw) {
    const identity = readRelatedIdentity('Deployment', raw);
    const { metadata, spec, status } = schema.parse(raw);
    const wanted = spec?.replicas ?? 1;
    const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
    return {
      ...identity,
      owner: metadata.ownerReferences.find(({ kind }) => kind === 'LLMInferenceService')?.name,
      // As `kubectl rollout status` judges.
      rollingOut:
        observedGeneration < metadata.generation ||
        updatedReplicas < wanted ||
        replicas > updatedReplicas ||
        availableReplicas < updatedReplicas,
    };
  },
  ownerOf: ({ owner }) => owner,
};

/** Whether old pods, with an old name of the model, may still stand behind the address. */
export function isRollingOut(
  { observed, workload, namespace, name }: LlmInferenceService,
  related: RelatedObjects,
): boolean {
  if (!observed) return true;
  // What this kind's parser made.
  const found = related.of(workloads.resource.kind, namespace, name) as readonly Workload[] | 'unknown';
  if (found === 'unknown') return false;
  return found.some((one) => one.rollingOut && (workload === undefined || one.name === workload.name));
}
