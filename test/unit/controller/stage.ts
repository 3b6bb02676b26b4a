import { createBackendKeys } from '../../../src/controller/backend-keys.ts';
import { createEngine, type Engine } from '../../../src/controller/engine.ts';
import { createGuard } from '../../../src/controller/guard.ts';
import type { World } from '../../../src/controller/world.ts';
import { createGate, type Gate } from '../../../src/litellm/gate.ts';
import { createRegistry, type Registry } from '../../../src/litellm/registry.ts';
import { createWriter, type Writer } from '../../../src/litellm/writer.ts';
import type { Rights } from '../../../src/registration/rights.ts';
import type { Source } from '../../../src/sources/source.ts';
import { type FakeLiteLlm, fakeLiteLlm } from '../litellm/fake-client.ts';
import { OWNER, SETTLE_MS, T0 } from '../registration/builders.ts';
import { source, TestCache, type TestClock, type TestObject, viewOf, worldOf } from './builders.ts';

/** An engine between objects in a cache and a LiteLLM in memory. */
export interface Stage {
  litellm: FakeLiteLlm;
  registry: Registry;
  cache: TestCache;
  engine: Engine;
  gate: Gate;
  writer: Writer;
  world: World;
  clock: TestClock;
  /** The object is as the API server, the cache and the engine know it now. */
  put(one: TestObject): void;
  /** The object is gone, and its deletion was seen. */
  remove(one: TestObject): void;
  /** The object is not there any more, and nobody saw it go. */
  vanish(one: TestObject): void;
  /** The public names of LiteLLM's rows. */
  names(): string[];
}

export interface StageOptions {
  namespaces?: string[];
  dryRun?: boolean;
  adopting?: World['adopting'];
  /** One that is there already, as after a restart. */
  litellm?: FakeLiteLlm;
  clock?: TestClock;
  /** Further kinds that the source asks for. */
  related?: Source['related'];
  /** What namespaces may ask for. */
  rights?: Rights;
  /** Of the mass-delete guard. */
  maxShare?: number;
}

export function createStage({
  namespaces,
  dryRun = false,
  adopting,
  litellm = fakeLiteLlm(),
  clock = { now: T0 },
  related = [],
  rights,
  maxShare = 0.5,
}: StageOptions = {}): Stage {
  const now = (): number => clock.now;
  const registry = createRegistry({
    client: litellm.client,
    owner: OWNER,
    settleMs: SETTLE_MS,
    now,
    date: () => clock.now,
  });
  const backendKeys = createBackendKeys(async () => undefined);
  const usual = worldOf([], {}, clock);
  const projection = { ...usual.projection, ...(rights && { rights }) };
  const world = { ...usual, projection, registry, backendKeys, ...(adopting && { adopting }) };
  const cache = new TestCache();
  const gate = createGate({ minMs: 1_000, maxMs: 8_000, now, random: () => 1 });
  const writer = createWriter();
  const guard = createGuard({ maxShare, now });
  const engine = createEngine({
    world,
    views: [viewOf(cache, namespaces, { ...source, related })],
    writer,
    gate,
    guard,
    dryRun,
  });
  return {
    litellm,
    registry,
    cache,
    engine,
    gate,
    writer,
    world,
    clock,
    put(one) {
      cache.put(one);
      engine.observe('inference-service', one.namespace, one.name, one);
    },
    remove(one) {
      cache.objects.delete(`${one.namespace}/${one.name}`);
      engine.observe('inference-service', one.namespace, one.name, undefined);
    },
    vanish(one) {
      cache.objects.delete(`${one.namespace}/${one.name}`);
      engine.observe('inference-service', one.namespace, one.name, undefined, false);
    },
    names: () => [...litellm.database.values()].map(({ publicName }) => publicName),
  };
}
