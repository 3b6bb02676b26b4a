import type { Backends } from '../../backends/index.ts';
import { ConfigError, howToGive, type LiteLlmSettings, litellmsOf, type Settings } from '../../config/index.ts';
import type { Engine, SourceChange, SourceView } from '../../controller/index.ts';
import { type Connection, connect, KubernetesError } from '../../kubernetes/index.ts';
import { backend, type SourceObject, sources, type WatchedSource } from '../../sources/index.ts';
import { createLogger, type Logger, type Metrics } from '../../telemetry/index.ts';
import { litellmAccess } from './access.ts';
import { type Following, follow } from './follow.ts';
import { type Instance, type InstanceBase, openInstance } from './instance.ts';
import { openBackends } from './listed-backends.ts';
import { rightsOf } from './rights.ts';

interface Place {
  namespace: string;
  name: string;
}

/** Everything that a command works with, wired. */
export interface Rooms {
  connection: Connection;
  /** Each LiteLLM with what works for it, the default one first. */
  instances: [Instance, ...Instance[]];
  /** Of `--owner-id`. */
  owner: string;
  reflectors: Following['reflectors'];
  /** Those of `--backends`. */
  backends: Backends | undefined;
  /** Resolves when each source was read once, or is known to be absent or forbidden. */
  settled: Promise<unknown>;
  /** Resolves when the kinds that sources refer to were tried: they are optional. */
  relatedTried: Promise<unknown>;
  close(): Promise<void>;
}

/** The one thing that is looked after, instead of all objects of `--source`. */
export interface Subject {
  /** What of it is watched; undefined where nothing is. */
  watched?: { source: WatchedSource; name: string };
  /** @param found - what is watched */
  view: (found: SourceView | undefined) => SourceView;
}

export interface RoomOptions {
  settings: Settings;
  /** Default: all objects of the settings' sources. */
  subject?: Subject;
  /** A connection to Kubernetes, which is closed with the rest. Default: one by the settings. */
  connection?: Connection;
  log: Logger;
  metrics?: Metrics;
  /** Told of every change of an object, by the LiteLLM for which it is one. */
  onChange?: (litellm: string, change: SourceChange) => void;
  dryRun: boolean;
  /** The hash of a set of deletes that an administrator has confirmed. */
  confirmedDeletes?: string | undefined;
  /** Asked immediately before each call to LiteLLM; false: it is not made. Default: always. */
  mayCall?: () => boolean;
  /** Ends the opening: what is thrown then is the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Connects to Kubernetes and to each LiteLLM and starts to follow the sources.
 *
 * @throws ConfigError, KubeconfigError, KubernetesError: each with a plain sentence
 */
export async function openRooms(options: RoomOptions): Promise<Rooms> {
  const { settings, subject, log, metrics, onChange, dryRun, mayCall, signal } = options;
  const watched = subject?.watched;
  const chosen = subject ? (watched ? [watched.source] : []) : chooseSources(settings);
  const [litellm, ...further] = litellmsOf(settings);
  // Before anything is asked.
  litellmAccess(settings);
  const { kubeconfig, context } = settings;
  const connection =
    options.connection ?? (await connect({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) }));
  const owner = settings['owner-id'] ?? (await clusterId(connection, signal));
  const open = (one: LiteLlmSettings): InstanceBase =>
    openInstance({
      litellm: one,
      owner: one.settings['owner-id'] ?? owner,
      log: further.length > 0 ? log.child({ litellm: one.name }) : log,
      metrics,
      dryRun,
      confirmedDeletes: options.confirmedDeletes,
      mayCall,
    });
  const [first, ...others] = [open(litellm), ...further.map(open)] as const;
  const fellows = [first, ...others].map(({ fellow }) => fellow);
  const engines = new Map<string, Engine>();
  const onObject = (kind: string, { namespace, name }: Place, object: SourceObject | undefined, witnessed: boolean) => {
    for (const [litellm, engine] of engines) {
      const meaning = engine.observe(kind, namespace, name, object, witnessed);
      onChange?.(litellm, { kind, namespace, name, meaning });
    }
  };
  const listed =
    settings.backends === undefined
      ? undefined
      : openBackends({
          file: settings.backends,
          key: first.access.key,
          fellows,
          log,
          metrics,
          mayAskModels: () => !dryRun && (mayCall?.() ?? true),
          // What it says, and what the file says, is seen, not inferred.
          onObject: (place, object) => onObject(backend.kind, place, object, true),
        });
  const following = follow({
    sources: chosen,
    connection,
    settings,
    name: watched?.name,
    log,
    onObject: ({ kind }, ...told) => onObject(kind, ...told),
  });
  const views = subject ? [subject.view(following.views[0])] : [...following.views, ...(listed ? [listed.view] : [])];
  const rights = rightsOf(settings);
  const equip = (one: InstanceBase): Instance => {
    const engine = one.equip({ fellows, views, related: following.related, connection, rights });
    engines.set(one.name, engine);
    return { ...one, engine };
  };
  return {
    connection,
    instances: [equip(first), ...others.map(equip)],
    owner,
    reflectors: following.reflectors,
    backends: listed?.backends,
    settled: Promise.all([following.settled, listed?.settled]),
    relatedTried: following.relatedTried,
    async close() {
      await Promise.all([following.stop(), listed?.backends.stop()]);
      await Promise.all([...[first, ...others].map((one) => one.close()), connection.close()]);
    },
  };
}

/** The log as the settings want it: for reading on a terminal, else JSON. */
export function logFor(settings: Settings): Logger {
  const format = settings['log-format'] ?? (process.stderr.isTTY ? 'pretty' : 'json');
  return createLogger({ level: settings['log-level'], format });
}

/** The sources that are watched in Kubernetes. @throws ConfigError where one is not known */
export function chooseSources({ source: kinds, backends }: Pick<Settings, 'source' | 'backends'>): WatchedSource[] {
  return [...new Set(kinds)].flatMap((kind) => {
    const source = sources.get(kind);
    if (source) return source;
    if (kind === backend.kind && backends !== undefined) return [];
    if (kind === backend.kind)
      throw new ConfigError(
        `${howToGive('source')} names backend: give the file that lists them with ${howToGive('backends')}.`,
      );
    const known = [...sources.keys(), backend.kind].join(', ');
    throw new ConfigError(`${howToGive('source')} must be one of ${known}, but is "${kind}".`);
  });
}

/** The cluster's own name, where none was given. @throws ConfigError where it cannot be read, KubernetesError */
export async function clusterId(connection: Connection, signal?: AbortSignal): Promise<string> {
  try {
    const call = { method: 'GET', path: '/api/v1/namespaces/kube-system', ...(signal && { signal }) } as const;
    const namespace = (await connection.request(call)) as { metadata?: { uid?: string } };
    if (namespace.metadata?.uid) return namespace.metadata.uid;
  } catch (error) {
    if (!(error instanceof KubernetesError) || (error.code !== 'forbidden' && error.code !== 'not-found')) throw error;
  }
  throw new ConfigError(
    `The uid of the namespace kube-system, which names this installation by default, cannot be read: set ${howToGive('owner-id')}.`,
    'missing',
  );
}
