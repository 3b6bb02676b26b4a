import type { LiteLlmSettings } from '../../config/index.ts';
import {
  createBackendKeys,
  createDepartures,
  createDowntimes,
  createEngine,
  createGuard,
  createNameBook,
  createPatience,
  type Engine,
  type Fellow,
  type SourceView,
  seenFrom,
} from '../../controller/index.ts';
import { type Connection, readSecret } from '../../kubernetes/index.ts';
import {
  createClient,
  createCredentials,
  createGate,
  createHttp,
  createRegistry,
  createWriter,
  type Gate,
  type LiteLlmClient,
  type Registry,
} from '../../litellm/index.ts';
import type { ModelRecord, Rights } from '../../registration/index.ts';
import type { RelatedObjects } from '../../sources/index.ts';
import type { Logger, Metrics } from '../../telemetry/index.ts';
import { litellmAccess } from './access.ts';

/** One LiteLLM, and all that works for it alone: one that hangs keeps nobody else waiting. */
export interface Instance {
  name: string;
  settings: LiteLlmSettings['settings'];
  client: LiteLlmClient;
  registry: Registry;
  engine: Engine;
  /** By the key of an object: rows of others that it takes over; such an object is looked at for that alone. */
  adopting: Map<string, readonly ModelRecord[]>;
  gate: Gate;
  owner: string;
  log: Logger;
  close(): Promise<void>;
}

/** What is ready of an instance before the sources are followed. */
export interface InstanceBase extends Omit<Instance, 'engine'> {
  access: ReturnType<typeof litellmAccess>;
  fellow: Fellow;
  /** Puts its engine on the sources, as it and its fellows see them. */
  equip(sources: EngineSources): Engine;
}

export interface EngineSources {
  fellows: readonly Fellow[];
  views: readonly SourceView[];
  related: RelatedObjects;
  connection: Connection;
  /** What namespaces may ask for, one value for all LiteLLMs: readings are remembered by it. */
  rights: Rights;
}

export interface InstanceOptions {
  litellm: LiteLlmSettings;
  owner: string;
  log: Logger;
  metrics?: Metrics | undefined;
  dryRun: boolean;
  confirmedDeletes?: string | undefined;
  mayCall?: (() => boolean) | undefined;
}

/** Opens the way to one LiteLLM. @throws ConfigError where its address or its key is missing */
export function openInstance(options: InstanceOptions): InstanceBase {
  const { litellm, owner, log, metrics, dryRun, mayCall } = options;
  const { name, settings } = litellm;
  const access = litellmAccess(settings);
  const http = createHttp({
    ...access,
    ...(mayCall && { mayCall }),
    onCall: (...call) => noteCall(metrics, name, ...call),
  });
  metrics?.litellmUp(name, false);
  const client = createClient(http);
  const adopting: Instance['adopting'] = new Map();
  const writer = createWriter();
  const rows = createRegistry({ client, owner, settleMs: settings.settle, waitingWrites: () => writer.depth });
  let listedAt = Number.NEGATIVE_INFINITY;
  const registry: Registry = {
    ...rows,
    async refresh(signal) {
      const askedAt = Date.now();
      await rows.refresh(signal);
      listedAt = askedAt;
    },
  };
  const gate = createGate({ minMs: settings['backoff-min'], maxMs: Math.min(settings['backoff-max'], 30_000) });
  const fellow: Fellow = { ...litellm, registry, listedAt: () => listedAt, inTouch: () => gate.trouble === undefined };
  const now = Date.now;

  function equip({ fellows, views, related, connection, rights }: EngineSources): Engine {
    return createEngine({
      world: {
        owner,
        registry,
        names: createNameBook(settings['name-cooldown'], now),
        departures: createDepartures(() => performance.now()),
        downtimes: createDowntimes(() => performance.now()),
        patience: createPatience(settings['rollout-wait'], () => performance.now()),
        projection: { selection: settings.selection, address: settings.address, rights },
        related,
        credentials: createCredentials(http),
        backendKeys: createBackendKeys((place, ending) => readSecret(connection, place, ending)),
        policy: settings.policy,
        settleMs: settings.settle,
        now,
        adopting,
      },
      views: views.map((view) => seenFrom(view, { here: fellow, all: fellows, settleMs: settings.settle, now })),
      writer,
      gate,
      guard: createGuard({
        maxShare: settings['max-delete-share'],
        confirmed: options.confirmedDeletes,
        now: () => performance.now(),
      }),
      dryRun,
    });
  }

  return {
    name,
    settings,
    client,
    registry,
    adopting,
    gate,
    owner,
    log,
    access,
    fellow,
    equip,
    close: () => http.close(),
  };
}

function noteCall(
  metrics: Metrics | undefined,
  litellm: string,
  operation: string,
  code: string,
  seconds: number,
): void {
  metrics?.litellmCalled({ litellm, operation, code, seconds });
  metrics?.litellmUp(litellm, /^[24]/.test(code) && !['401', '403', '429'].includes(code));
}
