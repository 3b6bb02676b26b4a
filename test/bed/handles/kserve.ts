import { z } from 'zod';
import { type Api, type BedCoordinates, openApi } from '../base/index.ts';
import type { Ask } from './ask.ts';
import type { KubernetesHandle } from './kubernetes.ts';
import { createServerHandle, type ServerHandle } from './server.ts';

/** Annotation of an InferenceService: how long its pods take from Running to Ready, as `6s`. Default 1.5 s. KServe copies it to the pods. */
export const READY_DELAY = 'bed/ready-delay';
/** Label of a pod, or of an InferenceService for the pods that it will have: it does not get Ready, or stops being so, until the label goes. */
export const HOLD = 'bed/hold';
/** Label of a pod, or of an InferenceService for the pods that it will have: its containers crash again and again. */
export const CRASH = 'bed/crash';

/** A pod of an InferenceService. */
export interface PodView {
  name: string;
  uid: string;
  ready: boolean;
  deleting: boolean;
  /** Command and arguments of the model's container. */
  words: string[];
}

/** KServe's own controller and what it needs: on a bed that was started with `kserve`. */
export interface KServeHandle {
  readonly controller: ServerHandle;
  readonly controllerManager: ServerHandle;
  readonly scheduler: ServerHandle;
  /** The simulated kubelet. */
  readonly kubelet: ServerHandle;
  /** The predictor pods of an InferenceService, those that are going too. */
  pods(namespace: string, name: string): Promise<PodView[]>;
  /** Sets ({@link HOLD}, {@link CRASH}) or takes away a label on all pods of an InferenceService that are there now. */
  labelPods(namespace: string, name: string, label: string, set: boolean): Promise<void>;
}

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
      spec: z.object({
        containers: z.array(
          z.object({
            name: z.string(),
            command: z.array(z.string()).default([]),
            args: z.array(z.string()).default([]),
          }),
        ),
      }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      }),
    }),
  ),
});

/** The handle on the level *kserve* of a bed; undefined where the bed has only the first. */
export function createKServeHandle(
  coordinates: BedCoordinates,
  kubernetes: KubernetesHandle,
  ask: Ask,
): KServeHandle | undefined {
  if (!coordinates.kserve) return undefined;
  const selector = (name: string): string => `serving.kserve.io/inferenceservice=${name},component=predictor`;
  let api: Promise<Api> | undefined;
  return {
    controller: createServerHandle('kserve', ask),
    controllerManager: createServerHandle('kube-controller-manager', ask),
    scheduler: createServerHandle('kube-scheduler', ask),
    kubelet: createServerHandle('kwok', ask),
    pods: async (namespace, name) => {
      api ??= openApi(coordinates.kubernetes);
      const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector(name))}`;
      const { items } = podsSchema.parse(await (await api).get(path));
      return items.map(({ metadata, spec, status }) => {
        const container = spec.containers.find((each) => each.name === 'kserve-container') ?? spec.containers[0];
        return {
          name: metadata.name,
          uid: metadata.uid,
          ready: status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
          deleting: metadata.deletionTimestamp !== undefined,
          words: [...(container?.command ?? []), ...(container?.args ?? [])],
        };
      });
    },
    labelPods: async (namespace, name, label, set) => {
      const change = set ? `${label}=true` : `${label}-`;
      await kubernetes.kubectl(['label', 'pods', '-n', namespace, '-l', selector(name), '--overwrite', change]);
    },
  };
}
