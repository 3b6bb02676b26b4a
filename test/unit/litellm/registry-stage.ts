import { beforeEach } from 'vitest';
import { createRegistry, type Registry } from '../../../src/litellm/registry.ts';
import type { Entry } from '../../../src/registration/entry.ts';
import type { Change } from '../../../src/registration/plan.ts';
import { entry, OWNER, type RowWish, registration, SETTLE_MS, SOURCE, T0 } from '../registration/builders.ts';
import { type FakeLiteLlm, fakeLiteLlm } from './fake-client.ts';

/** A registry between a LiteLLM in memory and the tests of a file; new for each test. */
export interface RegistryStage {
  litellm: FakeLiteLlm;
  registry: Registry;
  /** Milliseconds since 1970. */
  now: number;
  /** Another process: it knows nothing of what was written before. */
  restart(owner?: string): Registry;
  /** Registers an entry, and forgets the calls that it took. */
  register(wish?: RowWish): Promise<Entry>;
  update(wish: RowWish): ReturnType<Registry['apply']>;
  /** Takes out a row of the object, once those of `needs` serve. */
  remove(id: string, needs?: string[]): ReturnType<Registry['apply']>;
}

export const creation = (made: Entry): Change => ({ kind: 'create', entry: made, why: 'new' });
export const tokens = (max_tokens: number): RowWish => ({
  registration: registration('qwen', { info: { max_tokens } }),
});

export function useRegistry(): RegistryStage {
  const restart = (owner = OWNER): Registry =>
    createRegistry({ client: stage.litellm.client, owner, settleMs: SETTLE_MS, now: () => stage.now });
  const recordOf = (fits: (id: string) => boolean) => {
    const record = stage.registry.recordsOf(SOURCE).find(({ id }) => fits(id));
    if (!record) throw new Error('no row');
    return record;
  };
  const litellm = fakeLiteLlm();
  const stage: RegistryStage = {
    litellm,
    registry: createRegistry({ client: litellm.client, owner: OWNER, settleMs: SETTLE_MS }),
    now: T0,
    restart,
    async register(wish = {}) {
      const made = entry(wish);
      await stage.registry.apply(creation(made));
      stage.litellm.calls.length = 0;
      return made;
    },
    update: async (wish) =>
      stage.registry.apply({ kind: 'update', record: recordOf(() => true), entry: entry(wish), fields: [] }),
    remove: async (id, needs = []) =>
      stage.registry.apply({ kind: 'delete', record: recordOf((one) => one === id), why: 'withdrawn', needs }),
  };
  beforeEach(() => {
    stage.now = T0;
    stage.litellm = fakeLiteLlm();
    stage.registry = restart();
  });
  return stage;
}
