import { hostname } from 'node:os';
import type { Settings } from '../../config/index.ts';
import { createHeldReport, createReport, type HeldReport, type Report } from '../../controller/index.ts';
import { createEventRecorder, type EventRecorder } from '../../kubernetes/index.ts';
import { sources } from '../../sources/index.ts';
import type { Logger, Metrics } from '../../telemetry/index.ts';
import type { Instance } from './instance.ts';
import { createOwnEvents } from './own-deployment.ts';
import type { Rooms } from './rooms.ts';

/** What a command tells of its work. */
export interface Reporting {
  /** Of what is done at one LiteLLM. */
  of(instance: Instance): { report: Report; held: HeldReport };
  /** Objects by source and state, at whatever LiteLLM. */
  states(): ReturnType<Report['states']>;
  /** Objects that break a rule of the administrator's, at whatever LiteLLM. */
  violations(): ReturnType<Report['violations']>;
  recorder: EventRecorder;
}

/** Events on the objects (none in a dry run), log lines, figures. */
export function openReporting(rooms: Rooms, settings: Settings, log: Logger, metrics?: Metrics): Reporting {
  const { connection, instances } = rooms;
  // In a pod the host's name is the pod's.
  const recorder = createEventRecorder({ connection, component: 'model-registrar', instance: hostname(), log });
  const refreshMs = settings['warning-refresh'];
  const reports: Report[] = [];

  function of({ name, log: own }: Instance): { report: Report; held: HeldReport } {
    const litellm = instances.length > 1 ? name : undefined;
    const report = createReport({
      resourceOf: (kind) => sources.get(kind)?.resource,
      sinks: {
        event: (event) => {
          if (!settings['dry-run']) recorder.record(event);
        },
        log: own,
        reconciled: (source, outcome) => metrics?.reconciled(source, outcome),
      },
      refreshMs,
    });
    reports.push(report);
    const event = createOwnEvents({ connection, settings, recorder, log: own });
    return { report, held: createHeldReport({ event, log: own, litellm, refreshMs }) };
  }

  function* states(): ReturnType<Report['states']> {
    for (const report of reports) yield* report.states();
  }

  return { of, states, violations: () => reports.flatMap((report) => report.violations()), recorder };
}
