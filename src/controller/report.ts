import type { Applied } from '../litellm/index.ts';
import { LiteLlmError } from '../litellm/index.ts';
import type { Entry, FieldChange, StampedRecord } from '../registration/index.ts';
import { parseSourceKey } from '../registration/index.ts';
import type { SourceResource } from '../sources/index.ts';
import type { ObjectState } from './decide.ts';
import { describeError, type Outcome } from './engine.ts';

/** An Event for the object that a row stands for, in Kubernetes' terms. */
export interface ObjectEvent {
  involved: { apiVersion: string; kind: string; namespace: string; name: string; uid: string };
  type: 'Normal' | 'Warning';
  reason: string;
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
  tell(outcome: Outcome): void;
  /** Objects by source and state, for the gauge. */
  states(): Iterable<{ source: string; state: Exclude<ObjectState, 'none'>; count: number }>;
}

export interface ReportOptions {
  resourceOf: (kind: string) => SourceResource | undefined;
  sinks: ReportSinks;
  /** How often a standing Warning's Event is refreshed, in milliseconds. */
  refreshMs: number;
  now?: () => number;
}

type Note = Pick<ObjectEvent, 'type' | 'reason' | 'message'>;

/** Turns outcomes into Events, log lines and figures. */
export function createReport({ resourceOf, sinks, refreshMs, now = Date.now }: ReportOptions): Report {
  /** By key: each standing Warning, and when it was told last. */
  const standing = new Map<string, Map<string, number>>();
  const states = new Map<string, Exclude<ObjectState, 'none'>>();

  function tell(outcome: Outcome): void {
    const { key, decision } = outcome;
    for (const applied of outcome.applied) tellApplied(outcome, applied);
    const warnings = warningsOf(outcome);
    tellStanding(outcome, warnings);
    const state = outcome.error && isRefusal(outcome.error) ? 'rejected' : decision.state;
    if (state === 'none') states.delete(key);
    else states.set(key, state);
    sinks.reconciled(decision.source.kind, wordFor(outcome));
  }

  function tellApplied(outcome: Outcome, applied: Applied): void {
    const { change, result } = applied;
    const { kind, namespace, name } = outcome.decision.source;
    const row = 'entry' in change ? change.entry : change.record;
    sinks.log.info(
      {
        source: outcome.key,
        kind,
        namespace,
        name,
        model: row.publicName,
        id: row.id,
        change: change.kind,
        result,
        ...('why' in change && { why: change.why }),
        ...('fields' in change && { fields: change.fields.map(({ field }) => field) }),
      },
      'model changed in LiteLLM',
    );
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

  return { tell, states: counted };
}

/** What stays wrong after this outcome. */
function warningsOf({ decision, applied, error, gated }: Outcome): Note[] {
  const notes: Note[] = decision.problems.map(({ reason, message }) => ({ type: 'Warning', reason, message }));
  for (const { change, result, hidden } of applied) {
    const { publicName } = 'entry' in change ? change.entry : change.record;
    if (hidden && hidden.length > 0) {
      const what = `LiteLLM hides the values of ${hidden.join(', ')}, which somebody added to "${publicName}"`;
      notes.push({
        type: 'Warning',
        reason: 'RegistrationFailed',
        message:
          result === 'kept'
            ? `${what}: its row cannot be replaced, and settings that should go stay. Remove them in LiteLLM, or delete the model there.`
            : `${what}: they were not carried over to the object's new row. Add them again in LiteLLM.`,
      });
    }
  }
  if (error !== undefined && !gated) {
    const reason = isRefusal(error) ? 'Rejected' : 'RegistrationFailed';
    notes.push({ type: 'Warning', reason, message: `${describeError(error).message}. It is tried again by itself.` });
  }
  return notes;
}

function isRefusal(error: unknown): boolean {
  return error instanceof LiteLlmError && error.code === 'rejected';
}

function wordFor({ decision, applied, error, gated }: Outcome): 'in-step' | 'changed' | 'held' | 'refused' | 'failed' {
  if (error !== undefined || gated) return 'failed';
  if (applied.length > 0) return 'changed';
  if (decision.problems.length > 0) return 'refused';
  return decision.state === 'held' || decision.state === 'down' ? 'held' : 'in-step';
}

/** What people read about a change that was made; a row that served beside its successor goes without a word. */
function noteOf({ change, result }: Applied, why: string | undefined): Note | undefined {
  if (result === 'skipped' || result === 'saved' || result === 'kept') return undefined;
  switch (change.kind) {
    case 'create':
      return { type: 'Normal', reason: 'Registered', message: describeEntry(change.entry) };
    case 'update':
    case 'replace':
      return {
        type: 'Normal',
        reason: 'Updated',
        message: `"${change.entry.publicName}": ${describeFields(change.fields)}`,
      };
    case 'delete':
      if (change.why === 'superseded') return undefined;
      return { type: 'Normal', reason: 'Withdrawn', message: describeRemoval(change.record, change.why, why) };
  }
}

function describeEntry({ publicName, params, info }: Entry): string {
  const details = [
    ...(info.mode ? [`mode ${info.mode}`] : []),
    ...(info.max_tokens ? [`${info.max_tokens} tokens`] : []),
  ];
  const more = details.length > 0 ? ` (${details.join(', ')})` : '';
  return `LiteLLM serves "${publicName}" with ${params.model} at ${params.api_base}${more}`;
}

function describeRemoval({ publicName }: StampedRecord, reason: string, why: string | undefined): string {
  if (reason === 'renamed') return `"${publicName}" was taken out of LiteLLM: the name is no longer wanted`;
  if (reason === 'yielded') return `"${publicName}" was taken out of LiteLLM: another registered the name earlier`;
  return `"${publicName}" was taken out of LiteLLM: ${why ?? 'it is no longer wanted'}`;
}

/** `max_tokens 4096 → 8192, notes removed`, short enough for an Event. */
export function describeFields(fields: readonly FieldChange[]): string {
  return fields
    .map(({ field, from, to }) => {
      const name = field.replace(/^(?:litellm_params|model_info)\./, '');
      if (name === 'model_registrar') return 'settings that LiteLLM does not show';
      if (to === undefined) return `${name} removed`;
      return from === undefined ? `${name} ${short(to)}` : `${name} ${short(from)} → ${short(to)}`;
    })
    .join(', ');
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
