/** What a test holds of a bed's servers, in whatever process it runs. */
export { type Ask, createAsk } from './ask.ts';
export { CRASH, createKServeHandle, HOLD, type KServeHandle, type PodView, READY_DELAY } from './kserve.ts';
export { createKubernetesHandle, type KubernetesHandle } from './kubernetes.ts';
export { createLiteLlmHandle, type LiteLlmAnswer, type LiteLlmHandle, type ReplicaHandle } from './litellm.ts';
export { createPostgresHandle, type PostgresHandle } from './postgres.ts';
export { createServerHandle, type ServerHandle, statuses } from './server.ts';
