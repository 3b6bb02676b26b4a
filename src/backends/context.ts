import type { BackendErrorCode } from './errors.ts';
import type { BackendHttp } from './http.ts';
import type { OnModel } from './model-memory.ts';

/** What this folder needs of a logger. Messages are static, what varies goes into the fields. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What all backends share. */
export interface BackendsContext {
  http: BackendHttp;
  log: Log;
  onModel: OnModel;
  /** LiteLLM's own key: what is stored to tell one key of a backend from another says nothing without it. */
  hmacKey: () => Promise<string>;
  /** What the row of an object says about functions; `unread` while LiteLLM's rows are not known. */
  knownAbility: (name: string) => boolean | undefined | 'unread';
  /** Told of each answer, or of what came instead of one. */
  asked: (backend: string, outcome: 'answered' | BackendErrorCode) => void;
}
