export { sources } from './catalogue.ts';
export { type InferenceService, inferenceService } from './inference-service/index.ts';
export {
  NO_RELATED,
  type ProjectionSettings,
  type RelatedKind,
  type RelatedObject,
  type RelatedObjects,
  type Source,
  type SourceObject,
  type SourceResource,
} from './source.ts';
export { UnreadableObjectError } from './unreadable-object.ts';
