import type { Settings } from '../../config/index.ts';
import { type Connection, hasRight, KubernetesError, type Log, type Right } from '../../kubernetes/index.ts';
import type { WatchedSource } from '../../sources/index.ts';
import { ownObjects } from '../wiring/index.ts';
import { describeRights, type RightGroup, rightGroups } from './rights.ts';

/** How often it is asked again while something is missing, in milliseconds: a right is granted by a person. */
const RECHECK_MS = 180_000;

/** One line of a Role that is missing, in one place or several. */
export interface MissingRight {
  verb: string;
  /** Lower-case plural. */
  resource: string;
}

export interface RightsWatch {
  /** What was missing when it was last asked for; empty until then. */
  readonly missing: readonly MissingRight[];
  /** Asks again: something turned forbidden, or readable. Does not wait for the answers. */
  lookAgain(): void;
  /** Ends it; resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface RightsWatchOptions {
  /** As the manifests give them. Those that only some objects need are not asked for: the Events of these objects tell. */
  groups: readonly RightGroup[];
  connection: Connection;
  log: Log;
  recheckMs?: number;
  ask?: typeof hasRight;
}

/** The rights that `run` needs by its settings. A dry run writes nothing to the cluster. */
export function rightsOfRun(
  sources: readonly WatchedSource[],
  settings: Settings,
  connection: Connection,
): readonly RightGroup[] {
  if (!settings['dry-run']) return rightGroups(sources, settings.namespace, ownObjects(settings, connection));
  return rightGroups(sources, settings.namespace).filter(({ id }) => id !== 'rights-events');
}

/**
 * Asks the API server at the start, and as long as something is missing, whether this process may do what it will have to
 * (SelfSubjectAccessReview), and names what it may not: one line of the log each, with the remedy, and one more when it is granted.
 * It holds nothing up: what can be done without goes on. The questions go one after the other, beside the first lists.
 */
export function watchRights(options: RightsWatchOptions): RightsWatch {
  const { connection, log, recheckMs = RECHECK_MS, ask = hasRight } = options;
  const groups = options.groups.filter(({ missing }) => missing('').status !== 'skipped');
  const stopping = new AbortController();
  const { signal } = stopping;
  let missing = new Map<string, MissingRight>();
  let wanted = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function lookAgain(): void {
    wanted = true;
    running ??= look().finally(() => {
      running = undefined;
    });
  }

  async function look(): Promise<void> {
    while (wanted && !signal.aborted) {
      wanted = false;
      clearTimeout(timer);
      const whole = await lookOnce();
      if (signal.aborted) return;
      if (!whole || missing.size > 0) timer = setTimeout(lookAgain, recheckMs);
    }
  }

  /** @returns false where the API server could not be asked: then what was known stays. */
  async function lookOnce(): Promise<boolean> {
    const found = new Map<string, MissingRight & { detail: string; remedy: string | undefined }>();
    try {
      for (const group of groups) {
        for (const [id, rights] of await lacking(group.rights)) {
          const { verb, resource } = rights[0];
          const { says, remedy } = group.missing(describeRights(rights));
          found.set(id, { verb, resource, detail: says, remedy });
        }
      }
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof KubernetesError)) log.error({ err: error }, 'unexpected failure while asking for rights');
      else log.debug({ code: error.code, detail: error.message }, 'rights could not be asked for');
      return false;
    }
    for (const [id, fields] of found) if (!missing.has(id)) log.warn(fields, 'a right is missing');
    for (const [id, { verb, resource }] of missing) {
      if (!found.has(id)) log.info({ verb, resource }, 'a right that was missing is granted');
    }
    missing = found;
    return true;
  }

  async function lacking(rights: readonly Right[]): Promise<Map<string, [Right, ...Right[]]>> {
    const found = new Map<string, [Right, ...Right[]]>();
    for (const right of rights) {
      if (await ask(connection, right, signal)) continue;
      const id = `${right.verb} ${right.resource}`;
      const others = found.get(id);
      if (others) others.push(right);
      else found.set(id, [right]);
    }
    return found;
  }

  lookAgain();
  return {
    get missing() {
      return [...missing.values()];
    },
    lookAgain,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
