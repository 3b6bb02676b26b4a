import { z } from 'zod';
import type { Settings } from '../../config/index.ts';
import type { OwnEvent } from '../../controller/index.ts';
import type { Connection, EventRecorder, InvolvedObject, Log } from '../../kubernetes/index.ts';

/** Longest wait for the API server, in milliseconds: nothing but an Event hangs on it. */
const PATIENCE_MS = 5_000;

/** As the manifests name it. */
const USUAL_NAME = 'model-registrar';

const Deployment = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

interface Place {
  namespace: string;
  name: string;
}

/** Where the Deployment is that we run in; undefined outside a cluster, unless it is named. */
export function ownDeployment(
  settings: Pick<Settings, 'deployment' | 'lease-namespace'>,
  connection: Pick<Connection, 'inPod' | 'namespace'>,
): Place | undefined {
  const name = settings.deployment ?? (connection.inPod ? USUAL_NAME : undefined);
  return name === undefined ? undefined : { namespace: settings['lease-namespace'] ?? connection.namespace, name };
}

export interface OwnEventsOptions {
  connection: Connection;
  settings: Pick<Settings, 'deployment' | 'lease-namespace' | 'dry-run'>;
  recorder: Pick<EventRecorder, 'record'>;
  log: Log;
}

/**
 * Where Events about the installation itself go: on the Deployment that we run in, as `kubectl describe deployment` shows them. Outside a
 * cluster there is none unless it is named, and what an Event would say is in the log alone.
 */
export function createOwnEvents(options: OwnEventsOptions): (event: OwnEvent) => void {
  const { connection, settings, recorder, log } = options;
  const place = settings['dry-run'] ? undefined : ownDeployment(settings, connection);
  let found: InvolvedObject | undefined;

  async function find({ namespace, name }: Place): Promise<InvolvedObject> {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
    const answer = await connection.request({ method: 'GET', path, signal: AbortSignal.timeout(PATIENCE_MS) });
    const { uid } = Deployment.parse(answer).metadata;
    return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name, uid };
  }

  async function write(event: OwnEvent, deployment: Place): Promise<void> {
    try {
      found ??= await find(deployment);
      recorder.record({ involved: found, ...event });
    } catch {
      const message =
        'The Deployment of this controller cannot be read, so that it gets no Event: give its name with --deployment, and the right to get it';
      log.warn({ deployment: `${deployment.namespace}/${deployment.name}` }, message);
    }
  }

  return (event) => {
    if (place) void write(event, place);
  };
}
