import type { WatchedSource } from '../source.ts';
import { projectLlmInferenceService } from './project.ts';
import { workloads } from './rollout.ts';
import { type LlmInferenceService, parseLlmInferenceService } from './schema.ts';

/** KServe's LLMInferenceService: `serving.kserve.io/v1alpha2` (v0.17 and later), else v1alpha1. */
export const llmInferenceService: WatchedSource<LlmInferenceService> = {
  kind: 'llm-inference-service',
  resource: {
    group: 'serving.kserve.io',
    version: 'v1alpha2',
    versions: ['v1alpha2', 'v1alpha1'],
    plural: 'llminferenceservices',
    kind: 'LLMInferenceService',
  },
  parse: parseLlmInferenceService,
  related: [workloads],
  project: projectLlmInferenceService,
};
