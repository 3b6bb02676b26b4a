import type { Settings } from '../../config/index.ts';
import type { ObjectCache, SourceView } from '../../controller/index.ts';
import { createTimeSlice, yieldToLoop } from '../../json/index.ts';
import { type Connection, type Log, type Reflector, startReflector } from '../../kubernetes/index.ts';
import type { RelatedObjects, SourceObject, WatchedSource } from '../../sources/index.ts';
import { followRelated, type RelatedChange } from './related.ts';
import { alsoUnselected } from './unselected.ts';

export interface FollowOptions {
  sources: readonly WatchedSource[];
  connection: Connection;
  settings: Pick<Settings, 'namespace' | 'selector' | 'selection'>;
  /** Only the object of this name; of related kinds all. */
  name?: string | undefined;
  log: Log;
  /**
   * Told of an object whenever it, or what it refers to, is another than before; undefined where it is gone. `witnessed` is false where
   * a list showed it, after a time in which nobody looked.
   */
  onObject: (
    source: WatchedSource,
    place: { namespace: string; name: string },
    object: SourceObject | undefined,
    witnessed: boolean,
  ) => void;
}

/** The sources, kept known by reflectors. */
export interface Following {
  views: readonly SourceView[];
  reflectors: { source: WatchedSource; reflector: Reflector<SourceObject> }[];
  related: RelatedObjects;
  /** Resolves when each source was read once, or is known to be absent or forbidden, and all related kinds were tried. */
  settled: Promise<unknown>;
  /** Resolves when each related kind was tried: they are optional. */
  relatedTried: Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts the reflectors of the sources, and those of the kinds that they ask for. */
export function follow({ sources, connection, settings, name, log, onObject }: FollowOptions): Following {
  const reflectors: Following['reflectors'] = [];
  let looking = Promise.resolve();
  const related = followRelated({
    connection,
    kinds: sources.flatMap((source) => source.related ?? []),
    namespaces: settings.namespace,
    log,
    onChange: lookAgain,
  });
  const views = sources.map(followSource);

  /** Starts one reflector, or one for each namespace. */
  function followSource(source: WatchedSource): SourceView {
    const namespaces = settings.namespace.length > 0 ? settings.namespace : [undefined];
    const caches = new Map<string | undefined, ObjectCache>();
    for (const namespace of namespaces) {
      const reflector = startReflector<SourceObject>({
        connection,
        resource: { ...source.resource, ...(namespace && { namespace }) },
        ...(settings.selector && { labelSelector: settings.selector }),
        ...(name && { fieldSelector: `metadata.name=${name}` }),
        parse: (raw) => source.parse(raw, settings),
        onChange(change) {
          const { object } = change;
          if (change.type === 'applied') onObject(source, object, object, change.cause === 'watch');
          else onObject(source, object, undefined, change.observed);
        },
        log,
      });
      reflectors.push({ source, reflector });
      const everything = { connection, resource: { ...source.resource, ...(namespace && { namespace }) } };
      caches.set(namespace, settings.selector ? alsoUnselected(reflector, everything) : reflector);
    }
    return {
      source,
      cacheFor: ({ namespace }) => caches.get(namespace) ?? caches.get(undefined),
      caches: [...caches.values()],
    };
  }

  /** Objects that refer to what changed are looked at once more, a few at a time: there may be twenty thousand. */
  function lookAgain(kind: string, change: RelatedChange): void {
    looking = looking
      .then(() => look(kind, change))
      .catch((error: unknown) => log.error({ kind, err: error }, 'an unexpected error'));
  }

  async function look(kind: string, { object: changed, owners, namespace }: RelatedChange): Promise<void> {
    const sliceIsOver = createTimeSlice();
    for (const { source, reflector } of reflectors) {
      if (!source.related?.some(({ resource }) => resource.kind === kind)) continue;
      const keys = changed && owners?.map((name) => `${changed.namespace}/${name}`);
      for (const key of keys ?? [...reflector.keys()]) {
        // What is known by now counts: it may have changed while others were looked at.
        const known = reflector.get(key);
        if (!known || (namespace !== undefined && known.namespace !== namespace)) continue;
        if (!keys && changed && !source.refersTo?.(known, kind, changed)) continue;
        // Of the object itself the watch has told nothing: that it would not be ours any more is inferred.
        onObject(source, known, known, false);
        if (sliceIsOver()) await yieldToLoop();
      }
    }
  }

  // Not waited for any longer: they are optional.
  const relatedTried = Promise.all(related.reflectors.map(settledOrFailing)).then(() => looking);
  const all = [...reflectors.map(({ reflector }) => reflector), ...related.reflectors];
  return {
    views,
    reflectors,
    related: related.objects,
    settled: Promise.all([...reflectors.map(({ reflector }) => reflector.settled), relatedTried]),
    relatedTried,
    async stop() {
      await Promise.all(all.map((reflector) => reflector.stop()));
    },
  };
}

/** Resolves when a kind is synced, absent or forbidden, or the API server cannot be asked for it. */
export async function settledOrFailing<T>(reflector: Reflector<T>): Promise<void> {
  if (reflector.state === 'failing') return;
  const failing = Promise.withResolvers<void>();
  const forget = reflector.onState((next) => {
    if (next === 'failing') failing.resolve();
  });
  await Promise.race([reflector.settled, failing.promise]);
  forget();
}
