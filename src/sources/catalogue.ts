import { inferenceService } from './inference-service/index.ts';
import { llmInferenceService } from './llm-inference-service/index.ts';
import { service } from './service/index.ts';
import type { WatchedSource } from './source.ts';

/** Every source there is, by its kind: what `--source` may name. */
export const sources: ReadonlyMap<string, WatchedSource> = new Map(
  [inferenceService, llmInferenceService, service].map((source): [string, WatchedSource] => [source.kind, source]),
);
