/**
 * An in-memory Kubernetes API, spoken to over HTTP on 127.0.0.1 like the real one, with faults on demand.
 */
export type { Call, CallLog } from './calls.ts';
export type { Effect, Fault, FaultRule, Faults } from './faults.ts';
export {
  type DeleteHow,
  type KubernetesObject,
  type KubernetesOptions,
  type Metadata,
  type ObjectReference,
  RESOURCES,
  type ResourceType,
  type SandboxKubernetes,
  startKubernetes,
  type Watches,
} from './kubernetes/index.ts';
