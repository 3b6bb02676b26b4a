/** The test bed: real etcd and kube-apiserver with KServe's CRDs, real LiteLLM on real PostgreSQL, on loopback; if wanted, KServe itself. */
export { attachBed, type Bed } from './attach.ts';
export {
  type BedCoordinates,
  BedError,
  type BedErrorCode,
  CANARIES,
  CONFIG_MODELS,
  canariesIn,
  type GatewayCall,
  type ServiceStatus,
  type WaitOptions,
  waitFor,
} from './base/index.ts';
export { type FaultProxy, type ProxyCall, startFaultProxy } from './fault-proxy.ts';
export type { Fault, FaultHandle } from './faults.ts';
export {
  CRASH,
  HOLD,
  type KServeHandle,
  type KubernetesHandle,
  type LiteLlmAnswer,
  type LiteLlmHandle,
  type PodView,
  type PostgresHandle,
  READY_DELAY,
  type ReplicaHandle,
  type ServerHandle,
} from './handles/index.ts';
export { type ModelServer, type ModelServerCall, type ModelServerOptions, startModelServer } from './model-server.ts';
export { buildBed, type OwnBed, type StartOptions, startBed } from './start.ts';
