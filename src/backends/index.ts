export { askModels } from './ask-models.ts';
export { BACKEND_ERRORS, BackendError, type BackendErrorCode } from './errors.ts';
export { type BackendCache, type Backends, followBackends } from './follow-backends.ts';
export { type BackendHttp, createBackendHttp } from './http.ts';
export { readKeyFile } from './key-file.ts';
