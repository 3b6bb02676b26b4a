export { hasRight, type Right, whoAmI } from './access.ts';
export {
  type ApiCall,
  type Connection,
  type ConnectOptions,
  connect,
  type Query,
  type ReadCall,
} from './connection.ts';
export { createElection, type Election, electionTiming } from './election.ts';
export {
  KUBECONFIG_ERRORS,
  KUBERNETES_ERRORS,
  type KubeconfigErrorCode,
  type KubernetesErrorCode,
} from './error-tables.ts';
export { KubeconfigError, KubernetesError } from './errors.ts';
export type { EventToRecord, InvolvedObject } from './event-object.ts';
export { createEventRecorder, type EventRecorder, type EventRecorderOptions, type EventSettings } from './events.ts';
export { type Lease, type LeasePlace, listLeases, readLease } from './lease.ts';
export { listKeys } from './list-pages.ts';
export type { Log } from './log.ts';
export type { ObjectChange, UnreadableObject } from './object-cache.ts';
export { type Reflector, type ReflectorOptions, type ReflectorState, startReflector } from './reflector.ts';
export type { ReflectorSettings } from './reflector-settings.ts';
export { type Resource, versionPath } from './resource.ts';
export { readSecret, type Secret } from './secret.ts';
export {
  createWorkQueue,
  type Priority,
  type Turn,
  type TurnResult,
  type WorkQueue,
  type WorkQueueOptions,
} from './work-queue.ts';
