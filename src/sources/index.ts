export { sources } from './catalogue.ts';
export { type InferenceService, inferenceService } from './inference-service/index.ts';
export type {
  ProjectionSettings,
  RelatedKind,
  RelatedObject,
  RelatedObjects,
  Source,
  SourceObject,
  SourceResource,
  WatchedSource,
} from './source.ts';
export { UnreadableObjectError } from './unreadable-object.ts';
