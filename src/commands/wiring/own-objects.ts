import type { Settings } from '../../config/index.ts';
import type { Connection } from '../../kubernetes/index.ts';
import { electionPlace } from './leadership.ts';
import { ownDeployment } from './own-deployment.ts';

/** What a controller with these settings needs of its own installation, and has to have rights to. */
export function ownObjects(settings: Settings, connection: Connection) {
  return { lease: electionPlace(settings, connection), deployment: ownDeployment(settings, connection) };
}
