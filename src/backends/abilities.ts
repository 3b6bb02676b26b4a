import type { BackendsContext } from './context.ts';
import { BackendError } from './errors.ts';
import type { ModelMemory } from './model-memory.ts';

/** Finds out what the models of one backend can do, where its entry asks for that. */
export interface Abilities {
  /** Resolves when nothing is to be found out any more, or cannot be now. */
  findOut: () => Promise<void>;
}

export interface AbilitiesOptions extends Pick<BackendsContext, 'log' | 'knownAbility'> {
  memory: Pick<ModelMemory, 'nextToAsk' | 'found'>;
  /** Calls a model. @throws BackendError where the answer says nothing */
  ask: (id: string) => Promise<boolean>;
  /** The backend's name, for the log. */
  about: () => string;
  /** Nothing is asked after that. */
  ending: AbortSignal;
}

export function createAbilities({ log, knownAbility, memory, ask, about, ending }: AbilitiesOptions): Abilities {
  let findingOut: Promise<void> | undefined;

  /** One look at a time, and one model after the other. */
  function findOut(): Promise<void> {
    findingOut ??= askAll()
      .catch((error: unknown) => log.error({ backend: about(), err: error }, 'an unexpected error'))
      .finally(() => {
        findingOut = undefined;
      });
    return findingOut;
  }

  async function askAll(): Promise<void> {
    for (let next = memory.nextToAsk(); next && !ending.aborted; next = memory.nextToAsk()) {
      const known = knownAbility(next.name);
      if (known === 'unread') return;
      memory.found(next, known ?? (await askAbout(next.id)));
    }
  }

  async function askAbout(id: string): Promise<boolean | undefined> {
    try {
      return await ask(id);
    } catch (error) {
      // Any other end of a call is that it was given up.
      if (!(error instanceof BackendError)) return undefined;
      const { code, message } = error;
      const fields = { backend: about(), model: id, error: { code, message } };
      log.warn(fields, 'whether a model calls functions could not be found out');
      return undefined;
    }
  }

  return { findOut };
}
