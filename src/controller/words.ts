import { type Applied, LiteLlmError } from '../litellm/index.ts';
import { type Entry, type FieldChange, type ModelRecord, showable, takesOut } from '../registration/index.ts';
import type { Outcome } from './engine.ts';
import { EVENTS, type EventReason } from './event-table.ts';
import { describeError } from './failures.ts';

/** What an Event says. */
export interface Note {
  type: 'Normal' | 'Warning';
  reason: EventReason;
  message: string;
}

/** What stays wrong after this outcome. */
export function warningsOf({ decision, applied, error, gated }: Outcome): Note[] {
  const notes: Note[] = decision.problems.map(({ reason, message }) => note(reason, message));
  for (const { change, result, hidden } of applied) {
    const { publicName } = 'entry' in change ? change.entry : change.record;
    if (hidden && hidden.length > 0) {
      const what = `LiteLLM hides the values of ${hidden.join(', ')}, which somebody added to "${publicName}"`;
      const next =
        result === 'kept'
          ? 'its row cannot be replaced, and settings that should go stay. Remove them in LiteLLM, or delete the model there.'
          : "they were not carried over to the object's new row. Add them again in LiteLLM.";
      notes.push(note('RegistrationFailed', `${what}: ${next}`));
    }
  }
  if (error !== undefined && !gated) {
    const reason = isRefusal(error) ? 'Rejected' : 'RegistrationFailed';
    notes.push(note(reason, `${describeError(error).message.replace(/\.$/, '')}. It is tried again by itself.`));
  }
  return notes;
}

/** True for a model that LiteLLM itself refuses; trying again changes nothing until the object changes. */
export function isRefusal(error: unknown): boolean {
  return error instanceof LiteLlmError && error.code === 'rejected';
}

/** What people read about a change that was made; a row that served beside its successor goes without a word. */
export function noteOf({ change, result }: Applied, why: string | undefined): Note | undefined {
  if (result === 'skipped' || result === 'saved' || result === 'kept') return undefined;
  switch (change.kind) {
    case 'create':
      return note('Registered', describeEntry(change.entry));
    case 'update':
      if (change.blocked === true) return note('Blocked', describeBlock(change.entry.publicName, why));
      return note('Updated', `"${change.entry.publicName}": ${describeFields(change.fields)}`);
    case 'replace':
      return note('Updated', `"${change.entry.publicName}": ${describeFields(change.fields)}`);
    case 'delete':
      if (!takesOut(change)) return undefined;
      return note('Withdrawn', describeRemoval(change.record, change.why, why));
  }
}

function note(reason: EventReason, message: string): Note {
  return { type: EVENTS[reason].type, reason, message };
}

function describeEntry({ publicName, params, info }: Entry): string {
  const details = [
    ...(info.mode ? [`mode ${short(info.mode)}`] : []),
    ...(info.max_tokens ? [`${short(info.max_tokens)} tokens`] : []),
  ];
  const more = details.length > 0 ? ` (${details.join(', ')})` : '';
  return `LiteLLM serves "${publicName}" with ${text(params.model)} at ${text(params.api_base)}${more}`;
}

function describeRemoval({ publicName }: ModelRecord, reason: string, why: string | undefined): string {
  if (reason === 'recreated') return `"${publicName}" was taken out of LiteLLM: the object was deleted and made again`;
  if (reason === 'renamed') return `"${publicName}" was taken out of LiteLLM: the name is no longer wanted`;
  if (reason === 'yielded') return `"${publicName}" was taken out of LiteLLM: another registered the name earlier`;
  return `"${publicName}" was taken out of LiteLLM: ${why ?? 'it is no longer wanted'}`;
}

function describeBlock(publicName: string, why: string | undefined): string {
  return `LiteLLM refuses calls for "${publicName}" until it serves again${why === undefined ? '' : `: ${why}`}`;
}

/** `max_tokens 4096 → 8192, notes removed`, short enough for an Event. */
export function describeFields(fields: readonly FieldChange[]): string {
  return fields
    .map(({ field, from, to }) => {
      const name = field.replace(/^(?:litellm_params|model_info)\./, '');
      if (name === 'model_registrar') return 'settings that LiteLLM does not show';
      if (to === undefined) return `${name} removed`;
      const shown = showable(field.startsWith('litellm_params.') ? name : '', to);
      if (shown === undefined) return `${name} (hidden)`;
      return from === undefined ? `${name} ${short(shown)}` : `${name} ${short(from)} → ${short(shown)}`;
    })
    .join(', ');
}

function short(value: unknown): string {
  const whole = text(value);
  return whole.length > 60 ? `${whole.slice(0, 59)}…` : whole;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
