import { NO_NAMESPACE } from '../../registration/index.ts';
import type { SourceObject } from '../source.ts';
import type { BackendEntry } from './entry.ts';
import type { ListedModel } from './models.ts';

/** The kind of its objects. */
export const BACKEND_KIND = 'backend';

/** The key that LiteLLM sends to a backend. `version` changes whenever it does, and tells nothing about it. */
export type EntryKey =
  | { state: 'none' }
  | { state: 'known'; value: string; version: string }
  | { state: 'unknown'; why: string };

/** What a backend says about a model of its own, and what its entry does. */
export interface BackendModel extends SourceObject {
  entry: BackendEntry;
  model: ListedModel;
  key: EntryKey;
  /** Whether it calls functions; undefined where nobody has found out. */
  callsFunctions?: boolean | undefined;
  /** That is to be found out first. */
  asking?: true;
}

/**
 * The name of a backend's model in rows, logs and lists, `ollama:llama3.2:3b`: the backend's name, then the model's id, of which only what would
 * divide the name elsewhere is written out.
 */
export function objectName(backend: string, id: string): string {
  return `${backend}:${id.replaceAll(/[%/]/g, encodeURIComponent)}`;
}

/** The model's id of an object's name. */
export function modelIdOf(name: string): string {
  return name
    .slice(name.indexOf(':') + 1)
    .replaceAll('%2F', '/')
    .replaceAll('%25', '%');
}

/** The backend of an object's name. */
export function backendOf(name: string): string {
  return name.slice(0, Math.max(name.indexOf(':'), 0)) || name;
}

/** @param version - another one whenever what is known of it is another */
export function backendModel(known: Omit<BackendModel, keyof SourceObject>, version: number): BackendModel {
  const { name } = known.entry;
  return {
    ...known,
    namespace: NO_NAMESPACE,
    name: objectName(name, known.model.id),
    uid: name,
    resourceVersion: String(version),
    // What an administrator lists goes before every object of a tenant.
    createdAt: 0,
  };
}
