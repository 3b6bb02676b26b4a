import type { WatchedSource } from '../source.ts';
import { projectInferenceService } from './project.ts';
import { namesRuntime, runtimeKinds } from './runtime.ts';
import { type InferenceService, parseInferenceService } from './schema.ts';

export type { InferenceService } from './schema.ts';

/** KServe's InferenceService, `serving.kserve.io/v1beta1` (the only version up to v0.20). */
export const inferenceService: WatchedSource<InferenceService> = {
  kind: 'inference-service',
  resource: { group: 'serving.kserve.io', version: 'v1beta1', plural: 'inferenceservices', kind: 'InferenceService' },
  parse: parseInferenceService,
  related: runtimeKinds,
  refersTo: ({ namespace, predictor }, kind, related) => namesRuntime(predictor.runtime, namespace, kind, related),
  project: projectInferenceService,
};
