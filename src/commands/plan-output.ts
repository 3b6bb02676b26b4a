import { styleText } from 'node:util';
import type { Decision } from '../controller/index.ts';
import { type Change, holdsHidden, type Json, sourceKey } from '../registration/index.ts';

/** One field of a change; a value that LiteLLM hides is told as `(hidden)`. */
export interface PlannedField {
  field: string;
  from?: Json;
  to?: Json;
}

/** One change that is pending. */
export interface PlannedChange {
  action: 'create' | 'update' | 'replace' | 'delete';
  model: string;
  id: string;
  /** `kind/namespace/name` */
  source: string;
  why: string;
  fields: PlannedField[];
}

/** What `plan -o json` prints. */
export interface PlanDocument {
  changes: PlannedChange[];
  problems: { source: string; reason: string; message: string }[];
  /** Objects that wait, and for what. */
  waiting: { source: string; why: string }[];
  /** Sources that could not be read: of those nothing is planned. */
  unread: string[];
  objects: number;
}

/** Puts decisions together for printing. */
export function planDocument(decisions: readonly Decision[], unread: string[]): PlanDocument {
  const named = decisions.map((decision) => ({ decision, source: sourceKey(decision.source) }));
  return {
    changes: named.flatMap(({ decision, source }) =>
      decision.plan.changes.map((one) => planned(one, source, decision.why)),
    ),
    problems: named.flatMap(({ decision, source }) => decision.problems.map((problem) => ({ source, ...problem }))),
    waiting: named.flatMap(({ decision: { state, why }, source }) =>
      why !== undefined && (state === 'held' || state === 'down') ? [{ source, why }] : [],
    ),
    unread,
    objects: decisions.length,
  };
}

function planned(change: Change, source: string, why: string | undefined): PlannedChange {
  if (change.kind === 'delete') {
    const { id, publicName } = change.record;
    const reason = change.why === 'withdrawn' ? (why ?? change.why) : change.why;
    return { action: 'delete', model: publicName, id, source, why: reason, fields: [] };
  }
  const { id, publicName, params, info } = change.entry;
  if (change.kind !== 'create') {
    return { action: change.kind, model: publicName, id, source, why: 'changed', fields: change.fields.map(asField) };
  }
  const fields = [
    ...Object.entries(params).map(([key, to]) => ({ field: `litellm_params.${key}`, from: undefined, to })),
    ...Object.entries(info).map(([key, to]) => ({ field: `model_info.${key}`, from: undefined, to })),
  ];
  return { action: 'create', model: publicName, id, source, why: change.why, fields: fields.map(asField) };
}

function asField({ field, from, to }: { field: string; from: Json | undefined; to: Json | undefined }): PlannedField {
  const key = field.slice(field.indexOf('.') + 1);
  const show = (value: Json): Json =>
    field.startsWith('litellm_params.') && holdsHidden(key, value) ? '(hidden)' : value;
  return { field, ...(from !== undefined && { from: show(from) }), ...(to !== undefined && { to: show(to) }) };
}

const MARKS = { create: '+', update: '~', replace: '±', delete: '-' } as const;
const COLOURS = { create: 'green', update: 'yellow', replace: 'yellow', delete: 'red' } as const;

/** The plan for people; colours only where standard output is a terminal. */
export function planTable(document: PlanDocument): string {
  const lines: string[] = [];
  for (const { action, model, source, why, fields } of document.changes) {
    lines.push(paint(COLOURS[action], `${MARKS[action]} ${model}`) + paint('dim', `  ${source}  ${action}: ${why}`));
    for (const one of fields) lines.push(`    ${describe(one)}`);
  }
  for (const { source, reason, message } of document.problems)
    lines.push(`${paint('red', `! ${source}`)}  ${reason}: ${message}`);
  for (const { source, why } of document.waiting) lines.push(paint('dim', `… ${source}  ${why}`));
  for (const what of document.unread) lines.push(paint('red', `! ${what}: nothing is planned for it`));
  lines.push(summary(document));
  return `${lines.join('\n')}\n`;
}

function describe({ field, from, to }: PlannedField): string {
  if (to === undefined) return `${field}: ${JSON.stringify(from)} is removed`;
  return from === undefined
    ? `${field}: ${JSON.stringify(to)}`
    : `${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
}

function summary({ changes, objects, problems }: PlanDocument): string {
  const count = (action: PlannedChange['action']): number => changes.filter((one) => one.action === action).length;
  const state =
    changes.length === 0
      ? 'In step'
      : `Plan: ${count('create')} to create, ${count('update')} to change, ${count('replace')} to replace, ${count('delete')} to delete`;
  const trouble = problems.length > 0 ? `; ${problems.length} problem${problems.length === 1 ? '' : 's'}` : '';
  return `${state}. ${objects} object${objects === 1 ? '' : 's'} looked at${trouble}.`;
}

function paint(style: 'green' | 'yellow' | 'red' | 'dim', text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
