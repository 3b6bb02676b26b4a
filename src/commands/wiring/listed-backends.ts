import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Backends, createBackendHttp, followBackends } from '../../backends/index.ts';
import { type Fellow, litellmFor, type SourceView } from '../../controller/index.ts';
import { NO_NAMESPACE } from '../../registration/index.ts';
import { backend, type SourceObject } from '../../sources/index.ts';
import type { Logger, Metrics } from '../../telemetry/index.ts';
import type { litellmAccess } from './access.ts';

/** Longest that a start waits for backends, in milliseconds: one that hangs holds up nobody. */
const PATIENCE_MS = 10_000;

/** The backends of `--backends`, and what an engine and a start need of them. */
export interface ListedBackends {
  backends: Backends;
  view: SourceView;
  /** Resolves when each was asked once, or that takes too long. */
  settled: Promise<unknown>;
}

export interface ListedBackendsOptions {
  file: string;
  /** LiteLLM's own key: what is stored to tell one key of a backend from another says nothing without it. */
  key: ReturnType<typeof litellmAccess>['key'];
  /** All LiteLLMs of the installation. */
  fellows: readonly Fellow[];
  log: Logger;
  metrics?: Metrics | undefined;
  /** Whether a model may be called to find something out. */
  mayAskModels: () => boolean;
  /** Told of an object whenever it is another than before; undefined where it is gone. */
  onObject: (place: { namespace: string; name: string }, object: SourceObject | undefined) => void;
}

/** Begins to follow the backends of `--backends`. */
export function openBackends(options: ListedBackendsOptions): ListedBackends {
  const { file, key, fellows, log, metrics, onObject } = options;
  const backends = followBackends({
    file,
    http: createBackendHttp(),
    log,
    hmacKey: async () => ('text' in key ? key.text : (await readFile(key.file, 'utf8')).trim()),
    onModel: (name, object) => onObject({ namespace: NO_NAMESPACE, name }, object),
    knownAbility(name) {
      const object = backends.cacheFor(name)?.get(`${NO_NAMESPACE}/${name}`);
      const home = object && litellmFor(object, fellows);
      // Of the others it does not matter whether they answer.
      if (!home || home.listedAt() === Number.NEGATIVE_INFINITY || !options.mayAskModels()) return 'unread';
      const ref = { kind: backend.kind, namespace: NO_NAMESPACE, name };
      const rows = fellows.flatMap((one) => one.registry.recordsOf(ref));
      const values = rows.flatMap(({ stamp, info }) =>
        stamp.keys.includes(`info.${ABILITY}`) && typeof info[ABILITY] === 'boolean' ? [info[ABILITY]] : [],
      );
      return values[0];
    },
    asked: (name, outcome) => metrics?.backendAsked(name, outcome),
    fileRead: (isGood) => metrics?.sourceSynced(backend.kind, isGood),
  });
  metrics?.readAtScrape({ backendsUp: () => backends.states() });
  const view: SourceView = {
    source: backend,
    cacheFor: ({ name }) => backends.cacheFor(name),
    get caches() {
      return backends.caches;
    },
  };
  const settled = Promise.race([backends.tried, wait(PATIENCE_MS, undefined, { ref: false })]);
  return { backends, view, settled };
}

/** Where LiteLLM keeps whether a model calls functions. */
const ABILITY = 'supports_function_calling';
