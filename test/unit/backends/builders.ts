import type { BackendsContext } from '../../../src/backends/context.ts';
import { createBackendHttp } from '../../../src/backends/index.ts';
import type { BackendModel } from '../../../src/sources/index.ts';

/** What a test sees of backends that are followed. */
export interface Seen {
  context: BackendsContext;
  /** By object name: as it was told last; gone ones are not among them. */
  objects: Map<string, BackendModel>;
  /** Each thing that was told, in order. */
  told: string[];
  /** How each call for models ended. */
  outcomes: string[];
  lines: { level: string; fields: object; message: string }[];
  close(): Promise<void>;
}

export function watching(wish: Partial<BackendsContext> = {}): Seen {
  const objects = new Map<string, BackendModel>();
  const told: string[] = [];
  const outcomes: string[] = [];
  const lines: Seen['lines'] = [];
  const log = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
  const http = createBackendHttp();
  const context: BackendsContext = {
    http,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    onModel(name, object) {
      told.push(`${object ? 'has' : 'gone'} ${name}`);
      if (object) objects.set(name, object);
      else objects.delete(name);
    },
    hmacKey: () => Promise.resolve('sk-litellm'),
    knownAbility: () => undefined,
    asked: (_backend, outcome) => void outcomes.push(outcome),
    ...wish,
  };
  return { context, objects, told, outcomes, lines, close: () => http.close() };
}
