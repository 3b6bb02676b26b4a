/** What the rooms of the bed share. */
export { type Api, openApi } from './api.ts';
export { CANARIES, canariesIn } from './canaries.ts';
export { type ChildSpec, killGroup, type Output, run, signalFamily, spawnChild, tail } from './child.ts';
export { CONFIG_MODELS } from './config-models.ts';
export {
  type BedCoordinates,
  coordinatesSchema,
  EMPTY_DATABASE,
  type ReplicaCoordinates,
  replicaSchema,
} from './coordinates.ts';
export { BedError, type BedErrorCode } from './errors.ts';
export { kubeconfig } from './kubeconfig.ts';
export { listen } from './listen.ts';
export {
  answerAs,
  readStubBody,
  type StubAnswer,
  type StubServer,
  sendStub,
  stubError,
} from './openai-stub.ts';
export {
  type GatewayCall,
  gatewayCallSchema,
  type Operation,
  operationSchema,
  type ServiceStatus,
  serviceStatusSchema,
} from './operations.ts';
export { freePort } from './ports.ts';
export { type Report, reportSchema } from './reports.ts';
export { answerWith, type HttpCall, readCall, sendOn } from './send.ts';
export { type BedOptions, type BedSettings, bedSettingsSchema } from './settings.ts';
export { abortSteps, runStep } from './step.ts';
export { type WaitOptions, waitFor } from './wait.ts';
export { which } from './which.ts';
