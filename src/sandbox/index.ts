/**
 * An in-memory Kubernetes API and an in-memory LiteLLM, spoken to over HTTP on 127.0.0.1 like the real ones, with faults on demand.
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
export {
  type LiteLlmOptions,
  type ModelDescription,
  type Row,
  type RowChange,
  type SandboxLiteLlm,
  startLiteLlm,
} from './litellm/index.ts';
