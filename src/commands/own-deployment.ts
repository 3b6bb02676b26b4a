import { z } from 'zod';
import type { OwnEvent } from '../controller/index.ts';
import type { Connection, EventRecorder, InvolvedObject, Log } from '../kubernetes/index.ts';

/** Longest wait for the API server, in milliseconds: nothing but an Event hangs on it. */
const PATIENCE_MS = 5_000;

const Deployment = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

/**
 * Where Events about the installation itself go: on the Deployment that we run in, as `kubectl describe deployment` shows them. Outside a
 * cluster there is none, and what an Event would say is in the log alone.
 */
export function createOwnEvents(
  connection: Connection,
  name: string,
  recorder: EventRecorder,
  log: Log,
): (event: OwnEvent) => Promise<void> {
  let found: InvolvedObject | undefined;

  async function find(): Promise<InvolvedObject> {
    const { namespace } = connection;
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
    const answer = await connection.request({ method: 'GET', path, signal: AbortSignal.timeout(PATIENCE_MS) });
    const { uid } = Deployment.parse(answer).metadata;
    return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name, uid };
  }

  return async (event) => {
    if (!connection.inPod) return;
    try {
      found ??= await find();
      recorder.record({ involved: found, ...event });
    } catch {
      log.warn(
        { deployment: `${connection.namespace}/${name}` },
        'The Deployment of this controller cannot be read, so that it gets no Event: give its name with --deployment, and the right to get it',
      );
    }
  };
}
