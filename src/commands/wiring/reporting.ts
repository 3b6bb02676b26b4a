import { hostname } from 'node:os';
import type { Settings } from '../../config/index.ts';
import { createHeldReport, createReport, type HeldReport, type Report } from '../../controller/index.ts';
import { createEventRecorder, type EventRecorder } from '../../kubernetes/index.ts';
import { sources } from '../../sources/index.ts';
import type { Logger, Metrics } from '../../telemetry/index.ts';
import { createOwnEvents } from './own-deployment.ts';
import type { Rooms } from './rooms.ts';

export interface Reporting {
  report: Report;
  held: HeldReport;
  recorder: EventRecorder;
}

/** What a command tells of its work: Events on the objects (none in a dry run), log lines, figures. */
export function openReporting(rooms: Rooms, settings: Settings, log: Logger, metrics?: Metrics): Reporting {
  const { connection } = rooms;
  // In a pod the host's name is the pod's.
  const recorder = createEventRecorder({ connection, component: 'model-registrar', instance: hostname(), log });
  const report = createReport({
    resourceOf: (kind) => sources.get(kind)?.resource,
    sinks: {
      event: (event) => {
        if (!settings['dry-run']) recorder.record(event);
      },
      log,
      reconciled: (source, outcome) => metrics?.reconciled(source, outcome),
    },
    refreshMs: settings['warning-refresh'],
  });
  const held = createHeldReport({
    event: createOwnEvents({ connection, settings, recorder, log }),
    log,
    refreshMs: settings['warning-refresh'],
  });
  return { report, held, recorder };
}
