import { inferenceService } from './inference-service/index.ts';
import { llmInferenceService } from './llm-inference-service/index.ts';
import { service } from './service/index.ts';
import type { WatchedSource } from './source.ts';

/** What is not watched in Kubernetes: endpoints that an administrator lists. */
export { backend } from './backend/index.ts';

/** Every source that is watched in Kubernetes, by its kind: what `--source` may name. */
export const sources: ReadonlyMap<string, WatchedSource> = new Map(
  [inferenceService, llmInferenceService, service].map((source): [string, WatchedSource] => [source.kind, source]),
);
