export { createClient, type LiteLlmClient } from './client.ts';
export { CREDENTIALS_AGAIN_MS, type CredentialState, type Credentials, createCredentials } from './credentials.ts';
export { LITELLM_ERRORS, LiteLlmError, type LiteLlmErrorCode } from './errors.ts';
export { createGate, type Gate } from './gate.ts';
export { createHttp, type Http } from './http.ts';
export { createProbe, looksEncrypted, type Management, type Probe, type StoredRow } from './probe.ts';
export { type Applied, createRegistry, type Registry } from './registry.ts';
export { createWriter, type Priority, type Writer } from './writer.ts';
