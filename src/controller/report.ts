import type { Applied } from '../litellm/index.ts';
import { type Change, parseSourceKey, type RightsRule } from '../registration/index.ts';
import type { SourceResource } from '../sources/index.ts';
import type { ObjectState } from './decide.ts';
import type { Outcome } from './engine.ts';
import type { EventReason } from './event-table.ts';
import { isRefusal, type Note, noteOf, warningsOf } from './words.ts';

/** An Event for the object that a row stands for, in Kubernetes' terms. */
export interface ObjectEvent {
  involved: { apiVersion: string; kind: string; namespace: string; name: string; uid: string };
  type: 'Normal' | 'Warning';
  reason: EventReason;
  message: string;
}

/** Where reports go. */
export interface ReportSinks {
  event(event: ObjectEvent): void;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  reconciled(source: string, outcome: 'in-step' | 'changed' | 'held' | 'refused' | 'failed'): void;
}

export interface Report {
  /** Tells of an outcome: what was done once, and what stays wrong on a transition and every so often. */
  tell: (outcome: Outcome) => void;
  /** Forgets all other keys: of what somebody else has taken away nothing is left to tell. */
  retain(keys: ReadonlySet<string>): void;
  /** Objects by source and state, for the gauge. */
  states(): Iterable<{ source: string; state: Exclude<ObjectState, 'none'>; count: number }>;
  /** Objects that break a rule of the administrator's, by namespace and rule, for the gauge. */
  violations(): { namespace: string; rule: RightsRule; count: number }[];
}

export interface ReportOptions {
  resourceOf: (kind: string) => SourceResource | undefined;
  sinks: ReportSinks;
  /** How often a standing Warning's Event is refreshed, in milliseconds. */
  refreshMs: number;
  now?: () => number;
}

/** Turns outcomes into Events, log lines and figures. */
export function createReport({ resourceOf, sinks, refreshMs, now = Date.now }: ReportOptions): Report {
  /** By key: each standing Warning, and when it was told last. */
  const standing = new Map<string, Map<string, number>>();
  const states = new Map<string, Exclude<ObjectState, 'none'>>();
  /** By key: the rules of the administrator's that an object breaks. */
  const broken = new Map<string, ReadonlySet<RightsRule>>();
  /** By key: a row that was to be made, where it is not known whether it was. */
  const unsure = new Map<string, Change & { kind: 'create' }>();
  /** By key: the plan of a dry run that was logged last. */
  const planned = new Map<string, string>();

  function tell(outcome: Outcome): void {
    const { key, decision } = outcome;
    // Another LiteLLM's, which tells of it: here there is only what was done, or failed.
    const silent = decision.elsewhere && outcome.applied.length === 0 && outcome.error === undefined;
    for (const applied of outcome.applied) tellApplied(outcome, applied);
    tellFound(outcome);
    tellPlanned(outcome);
    const warnings = warningsOf(outcome);
    tellStanding(outcome, warnings);
    const state = outcome.error && isRefusal(outcome.error) ? 'rejected' : decision.state;
    if (state === 'none' || decision.elsewhere) states.delete(key);
    else states.set(key, state);
    const rules = new Set(decision.problems.flatMap(({ rule }) => rule ?? []));
    if (rules.size > 0) broken.set(key, rules);
    else broken.delete(key);
    if (!silent) sinks.reconciled(decision.source.kind, wordFor(outcome));
  }

  function retain(keys: ReadonlySet<string>): void {
    for (const memory of [standing, states, broken, unsure, planned])
      for (const key of memory.keys()) if (!keys.has(key)) memory.delete(key);
  }

  /** A row whose making failed, so it seemed, and that stands there all the same: the answer was lost, not the write. */
  function tellFound(outcome: Outcome): void {
    const { key, decision, applied, error, gated } = outcome;
    if (error !== undefined) {
      const failed = decision.plan.changes[applied.length];
      if (failed?.kind === 'create') unsure.set(key, failed);
    }
    const made = unsure.get(key);
    if (!made || error !== undefined || gated || decision.plan.changes.length > 0) return;
    unsure.delete(key);
    const told = applied.some(({ change }) => 'entry' in change && change.entry.id === made.entry.id);
    const note = told || decision.state !== 'live' ? undefined : noteOf({ change: made, result: 'live' }, decision.why);
    if (note) emit(outcome, note);
  }

  /** Changes that were neither made nor failed are those of a dry run: each is logged once. */
  function tellPlanned({ key, decision, applied, error, gated }: Outcome): void {
    const { changes } = decision.plan;
    const isDryRun = changes.length > 0 && applied.length === 0 && error === undefined && !gated;
    const plan = isDryRun ? JSON.stringify(changes.map(logFields)) : undefined;
    if (plan === planned.get(key)) return;
    if (plan === undefined) planned.delete(key);
    else planned.set(key, plan);
    if (!isDryRun) return;
    for (const change of changes)
      sinks.log.info({ source: key, ...logFields(change) }, 'model would be changed in LiteLLM');
  }

  function tellApplied(outcome: Outcome, applied: Applied): void {
    const { change, result } = applied;
    if (result === 'skipped') return;
    sinks.log.info({ source: outcome.key, ...logFields(change), result }, 'model changed in LiteLLM');
    const note = noteOf(applied, outcome.decision.why);
    if (note) emit(outcome, note);
  }

  function tellStanding(outcome: Outcome, warnings: Note[]): void {
    const before = standing.get(outcome.key);
    const after = new Map<string, number>();
    for (const warning of warnings) {
      const id = `${warning.reason} ${warning.message}`;
      const told = before?.get(id);
      const again = told === undefined || told + refreshMs <= now();
      after.set(id, again ? now() : told);
      if (!again) continue;
      if (told === undefined) {
        sinks.log.warn(
          { source: outcome.key, reason: warning.reason, problem: warning.message },
          'something is wrong with an object',
        );
      }
      emit(outcome, warning);
    }
    // While LiteLLM cannot be asked, nothing is known to have become right.
    if (outcome.gated) for (const [id, told] of before ?? []) if (!after.has(id)) after.set(id, told);
    if (after.size > 0) standing.set(outcome.key, after);
    else standing.delete(outcome.key);
  }

  function emit({ decision }: Outcome, note: Note): void {
    const { kind, namespace, name } = decision.source;
    const resource = resourceOf(kind);
    if (!resource || decision.uid === undefined) return;
    const apiVersion = resource.group ? `${resource.group}/${resource.version}` : resource.version;
    sinks.event({ involved: { apiVersion, kind: resource.kind, namespace, name, uid: decision.uid }, ...note });
  }

  function* counted(): Iterable<{ source: string; state: Exclude<ObjectState, 'none'>; count: number }> {
    const counts = new Map<string, { source: string; state: Exclude<ObjectState, 'none'>; count: number }>();
    for (const [key, state] of states) {
      const source = parseSourceKey(key)?.kind ?? 'unknown';
      const row = counts.get(`${source} ${state}`) ?? { source, state, count: 0 };
      row.count += 1;
      counts.set(`${source} ${state}`, row);
    }
    yield* counts.values();
  }

  function violations(): { namespace: string; rule: RightsRule; count: number }[] {
    const counts = new Map<string, { namespace: string; rule: RightsRule; count: number }>();
    for (const [key, rules] of broken) {
      const namespace = parseSourceKey(key)?.namespace ?? 'unknown';
      for (const rule of rules) {
        const row = counts.get(`${namespace} ${rule}`) ?? { namespace, rule, count: 0 };
        counts.set(`${namespace} ${rule}`, { ...row, count: row.count + 1 });
      }
    }
    return [...counts.values()];
  }

  return { tell, retain, states: counted, violations };
}

function logFields(change: Change): object {
  const row = 'entry' in change ? change.entry : change.record;
  return {
    model: row.publicName,
    id: row.id,
    change: change.kind,
    ...('why' in change && { why: change.why }),
    ...('fields' in change && { fields: change.fields.map(({ field }) => field) }),
  };
}

function wordFor({ decision, applied, error, gated }: Outcome): 'in-step' | 'changed' | 'held' | 'refused' | 'failed' {
  if (error !== undefined || gated) return 'failed';
  if (applied.some(({ result }) => result !== 'skipped')) return 'changed';
  if (decision.problems.length > 0) return 'refused';
  return decision.state === 'held' || decision.state === 'down' ? 'held' : 'in-step';
}
