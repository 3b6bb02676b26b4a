import { type MODES, matchesAny, matchesPattern } from '../../registration/index.ts';
import type { BackendEntry } from './entry.ts';

/** Whether a model of the backend is to be registered. */
export function countsModel({ include, exclude }: BackendEntry, id: string): boolean {
  return (include === undefined || matchesAny(include, id)) && !matchesAny(exclude, id);
}

/** LiteLLM's mode of a model, where a rule says one. */
export function modeOf({ modes }: BackendEntry, id: string): (typeof MODES)[number] | undefined {
  return modes.find(({ match }) => matchesPattern(match, id))?.mode;
}

/** Whether a model may be one that calls functions: others take no chat. */
export function mayCallFunctions(entry: BackendEntry, id: string): boolean {
  const mode = modeOf(entry, id);
  return mode === undefined || mode === 'chat';
}
