import { beforeEach } from 'vitest';
import type { Decision } from '../../../src/controller/decide.ts';
import type { Outcome } from '../../../src/controller/engine.ts';
import { createReport, type ObjectEvent, type Report } from '../../../src/controller/report.ts';
import type { Applied } from '../../../src/litellm/registry.ts';
import type { Change } from '../../../src/registration/plan.ts';
import { entry, SOURCE, T0, UID } from '../registration/builders.ts';
import { KEY, source } from './builders.ts';

export const REFRESH_MS = 1_800_000;

export interface Wish extends Partial<Omit<Outcome, 'decision'>> {
  decision?: Partial<Decision>;
}

/** A report and what it told; new for each test. */
export interface ReportStage {
  report: Report;
  now: number;
  events: ObjectEvent[];
  lines: { level: string; fields: Record<string, unknown>; message: string }[];
  reconciled: string[];
  /** Tells an outcome, and returns the Events that this brought, in short. */
  tell: (wish?: Wish) => string[];
}

export const create: Change & { kind: 'create' } = { kind: 'create', entry: entry(), why: 'new' };
export const created: Applied = { change: create, result: 'live' };
export const conflict = { reason: 'NameConflict', message: '"qwen" is taken' } as const;

export const wrong = (...problems: Decision['problems']): Wish => ({ decision: { state: 'conflict', problems } });

export function useReport(): ReportStage {
  const level = (name: string) => (fields: object, message: string) =>
    void stage.lines.push({ level: name, fields: { ...fields }, message });
  const start = (): Report =>
    createReport({
      resourceOf: (kind) => (kind === source.kind ? source.resource : undefined),
      sinks: {
        event: (event) => void stage.events.push(event),
        log: { info: level('info'), warn: level('warn'), error: level('error') },
        reconciled: (kind, outcome) => void stage.reconciled.push(`${kind} ${outcome}`),
      },
      refreshMs: REFRESH_MS,
      now: () => stage.now,
    });
  const stage: ReportStage = {
    report: start(),
    now: T0,
    events: [],
    lines: [],
    reconciled: [],
    tell(wish = {}) {
      const before = stage.events.length;
      stage.report.tell(outcome(wish));
      return stage.events.slice(before).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
    },
  };
  beforeEach(() => {
    Object.assign(stage, { report: start(), now: T0, events: [], lines: [], reconciled: [] });
  });
  return stage;
}

function outcome({ decision, ...more }: Wish): Outcome {
  return {
    key: KEY,
    decision: { source: SOURCE, uid: UID, state: 'live', plan: { changes: [] }, problems: [], ...decision },
    applied: [],
    gated: false,
    ...more,
  };
}
