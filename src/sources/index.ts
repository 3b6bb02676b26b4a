export {
  type BackendEntry,
  type BackendModel,
  BackendsFile,
  backendModel,
  backendOf,
  countsModel,
  type EntryKey,
  type ListedModel,
  mayCallFunctions,
  modelIdOf,
  objectName,
  readBackends,
  readModels,
} from './backend/index.ts';
export { backend, sources } from './catalogue.ts';
export { type InferenceService, inferenceService } from './inference-service/index.ts';
export { litellmChoice } from './litellm-choice.ts';
export { checkedUrl } from './object/index.ts';
export {
  listedUrl,
  type RegisteredObject,
  registering,
  slugOf,
  type UrlObject,
  urlSource,
} from './register/index.ts';
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
