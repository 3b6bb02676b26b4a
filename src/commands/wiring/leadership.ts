import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Settings } from '../../config/index.ts';
import {
  type Connection,
  createElection,
  type Election,
  electionTiming,
  type LeasePlace,
} from '../../kubernetes/index.ts';
import type { Logger } from '../../telemetry/index.ts';

/** Every Lease of this program carries it, so that they are found whatever their names. */
export const LEASE_LABELS = { 'app.kubernetes.io/name': 'model-registrar' };
/** Says whose models the holder of a Lease looks after. */
export const OWNER_ANNOTATION = 'model-registrar.io/owner-id';

/** Whether this process is the one that writes. */
export interface Leadership {
  /** Waits until it is. @returns false where the signal was aborted before */
  gain(signal: AbortSignal): Promise<boolean>;
  /** Whether it may write at this very moment. */
  mayWrite(): boolean;
  /** Aborted when another has taken over. */
  readonly lost: AbortSignal;
  /** Where it stands by: until now it has written nothing. */
  readonly standsBy: boolean;
  /** Ends it. @param atOnce - false where something that was begun may still arrive: then the next one waits as after a crash */
  end(atOnce: boolean): Promise<void>;
}

export interface LeadershipOptions {
  settings: Settings;
  connection: Connection;
  owner: string;
  log: Logger;
}

/** The Lease by which replicas choose who writes; undefined where nothing is elected: away from the cluster, unless that is asked for. */
export function electionPlace(settings: Settings, connection: Connection): LeasePlace | undefined {
  if (!(settings['leader-elect'] ?? connection.inPod)) return undefined;
  return { namespace: settings['lease-namespace'] ?? connection.namespace, name: settings['lease-name'] };
}

/** By the settings: an election among the replicas, or none, where this process leads from the start. */
export function openLeadership(options: LeadershipOptions): Leadership {
  const { settings, connection } = options;
  const place = settings['dry-run'] ? undefined : electionPlace(settings, connection);
  if (!place) return alone();
  const election = openElection(options, place);
  let standsBy = true;
  return {
    async gain(signal) {
      const gained = await election.acquire(signal);
      standsBy = !gained;
      return gained;
    },
    mayWrite: () => election.mayAct(),
    lost: election.lost,
    get standsBy() {
      return standsBy;
    },
    end: (atOnce) => (atOnce ? election.release() : election.end()),
  };
}

function openElection({ settings, connection, owner, log }: LeadershipOptions, place: LeasePlace): Election {
  return createElection({
    connection,
    place,
    // In a pod the host's name is the pod's; a container that is started again in it is another process.
    identity: `${hostname()}_${randomBytes(4).toString('hex')}`,
    marks: { labels: LEASE_LABELS, annotations: { [OWNER_ANNOTATION]: owner } },
    timing: electionTiming(settings['lease-duration']),
    log,
  });
}

function alone(): Leadership {
  return {
    gain: async () => true,
    mayWrite: () => true,
    lost: new AbortController().signal,
    standsBy: false,
    end: async () => undefined,
  };
}
