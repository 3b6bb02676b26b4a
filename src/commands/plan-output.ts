import { z } from 'zod';
import type { Decision } from '../controller/index.ts';
import { type Change, type Json, type Judgement, RIGHTS_RULES, showable, sourceKey } from '../registration/index.ts';
import { allHeld, HeldDeletes, heldLine, InLiteLlm } from './held-output.ts';
import { counted, paint } from './output.ts';

/** One field of a change; a value that LiteLLM hides, or that looks like a secret, is told as `(hidden)`. */
const PlannedField = z.strictObject({
  field: z.string().describe('litellm_params.KEY or model_info.KEY'),
  from: z.json().optional().describe('Absent: the field is new. "(hidden)" stands for a value that LiteLLM hides.'),
  to: z.json().optional().describe('Absent: the field is removed.'),
});
export type PlannedField = z.output<typeof PlannedField>;

/** One change that is pending. */
const PlannedChange = z.strictObject({
  action: z.enum(['create', 'update', 'replace', 'delete']),
  model: z.string().describe('The public name.'),
  id: z.string().describe('The id of the row in LiteLLM.'),
  source: z.string().describe('kind/namespace/name'),
  litellm: InLiteLlm,
  why: z.string(),
  held: z.boolean().optional().describe('True: it is not carried out until it is confirmed, see `held` of the plan.'),
  fields: z.array(PlannedField),
});
export type PlannedChange = z.output<typeof PlannedChange>;

/** What `plan -o json` prints. */
export const PlanDocument = z.strictObject({
  changes: z.array(PlannedChange),
  held: HeldDeletes.optional().describe('Deletes that are held: so many objects are gone that it has to be confirmed.'),
  alsoHeld: z.array(HeldDeletes).optional().describe('Where there are several LiteLLMs: those held at further ones.'),
  problems: z.array(
    z.strictObject({
      source: z.string(),
      litellm: InLiteLlm,
      reason: z.string(),
      message: z.string(),
      rule: z.enum(RIGHTS_RULES).optional().describe('The rule of the file of --config that it breaks.'),
    }),
  ),
  waiting: z
    .array(z.strictObject({ source: z.string(), litellm: InLiteLlm, why: z.string() }))
    .describe('Objects that wait, and for what.'),
  unread: z.array(z.string()).describe('Sources that could not be read: of those nothing is planned.'),
  objects: z.int().describe('How many objects were looked at.'),
  litellms: z.array(z.string()).describe('The LiteLLMs that were looked at.'),
});
export type PlanDocument = z.output<typeof PlanDocument>;

/** What was found for one LiteLLM. */
export interface PlanPart {
  litellm: string;
  decisions: readonly Decision[];
  judgement: Judgement;
}

/** Puts decisions together for printing. */
export function planDocument(parts: readonly PlanPart[], unread: string[]): PlanDocument {
  const named = parts.flatMap(({ litellm, decisions }) =>
    decisions.map((decision) => ({ decision, litellm, source: sourceKey(decision.source) })),
  );
  return {
    changes: parts.flatMap(changesOf),
    ...allHeld(parts),
    problems: named.flatMap(({ decision, ...of }) => decision.problems.map((problem) => ({ ...of, ...problem }))),
    waiting: named.flatMap(({ decision: { state, why }, ...of }) =>
      why !== undefined && (state === 'held' || state === 'down') ? [{ ...of, why }] : [],
    ),
    unread,
    objects: named.filter(({ decision }) => !decision.elsewhere).length,
    litellms: parts.map(({ litellm }) => litellm),
  };
}

function changesOf({ litellm, decisions, judgement }: PlanPart): PlannedChange[] {
  const heldIds = new Set(judgement.held ? judgement.takeOuts.map(({ id }) => id) : []);
  return decisions.flatMap(({ plan, source, why }) =>
    plan.changes.map((one) => {
      const change = { ...planned(one, sourceKey(source), why), litellm };
      return heldIds.has(change.id) ? { ...change, held: true } : change;
    }),
  );
}

function planned(change: Change, source: string, why: string | undefined): Omit<PlannedChange, 'litellm'> {
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
  // By their names alone no keys of model_info are secret.
  const show = (value: Json): Json => showable(field.startsWith('litellm_params.') ? key : '', value) ?? '(hidden)';
  return { field, ...(from !== undefined && { from: show(from) }), ...(to !== undefined && { to: show(to) }) };
}

const MARKS = { create: '+', update: '~', replace: '±', delete: '-' } as const;
const COLOURS = { create: 'green', update: 'yellow', replace: 'yellow', delete: 'red' } as const;

/**
 * The plan for people; colours only where standard output is a terminal.
 *
 * @param several - of several LiteLLMs, also where just one of them could be read
 */
export function planTable(document: PlanDocument, several = document.litellms.length > 1): string {
  const lines: string[] = [];
  const where = (litellm: string): string => (several ? `  LiteLLM ${litellm}` : '');
  for (const { action, model, source, litellm, why, held, fields } of document.changes) {
    const what = held ? `${action} (held): ${why}` : `${action}: ${why}`;
    lines.push(
      paint(COLOURS[action], `${MARKS[action]} ${model}`) + paint('dim', `  ${source}${where(litellm)}  ${what}`),
    );
    for (const one of fields) lines.push(`    ${describe(one)}`);
  }
  for (const { source, litellm, reason, message } of document.problems)
    lines.push(`${paint('red', `! ${source}`)}${where(litellm)}  ${reason}: ${message}`);
  for (const { source, litellm, why } of document.waiting)
    lines.push(paint('dim', `… ${source}${where(litellm)}  ${why}`));
  for (const what of document.unread) lines.push(paint('red', `! ${what}: nothing is planned for it`));
  for (const held of [...(document.held ? [document.held] : []), ...(document.alsoHeld ?? [])])
    lines.push(heldLine(held, several));
  lines.push(summary(document));
  return `${lines.join('\n')}\n`;
}

function describe({ field, from, to }: PlannedField): string {
  if (to === undefined) return `${field}: ${JSON.stringify(from)} is removed`;
  return from === undefined
    ? `${field}: ${JSON.stringify(to)}`
    : `${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
}

function summary({ changes, objects, problems, unread }: PlanDocument): string {
  const count = (action: PlannedChange['action']): number => changes.filter((one) => one.action === action).length;
  const still = unread.length > 0 ? 'Not all could be read' : problems.length > 0 ? 'Nothing to change' : 'In step';
  const state =
    changes.length === 0
      ? still
      : `Plan: ${count('create')} to create, ${count('update')} to change, ${count('replace')} to replace, ${count('delete')} to delete`;
  const trouble = problems.length > 0 ? `; ${counted(problems.length, 'problem')}` : '';
  return `${state}. ${counted(objects, 'object')} looked at${trouble}.`;
}
