import { heldLine } from '../held-output.ts';
import { alignColumns, counted, paint } from '../output.ts';
import type { ListDocument, ListedModel, ListedObject } from './document.ts';

/** The list for people, and for `grep`: a line a model, then a line a reason. */
export function listTable({ models, objects, held, unread }: ListDocument): string {
  const absent = objects.filter(({ registered }) => !registered);
  const troubled = objects.filter(({ registered }) => registered);
  const lines = [
    ...(models.length > 0 ? section(['MODEL', 'OWNER', 'SOURCE', 'BACKEND', 'ID'], models.map(modelRow)) : []),
    ...(absent.length > 0 ? ['', ...section(['NOT REGISTERED', 'STATE', 'REASON'], absent.flatMap(objectRows))] : []),
    ...(troubled.length > 0
      ? ['', ...section(['WITH A PROBLEM', 'STATE', 'REASON'], troubled.flatMap(objectRows))]
      : []),
    ...(unread.length > 0 ? ['', ...unread.map((what) => paint('red', `! ${what}: its objects are not listed`))] : []),
    ...(held ? ['', heldLine(held)] : []),
    ...(models.length + objects.length + unread.length > 0 ? [''] : []),
    summary(models, absent),
  ];
  return `${lines.join('\n')}\n`;
}

function section(head: string[], rows: string[][]): string[] {
  const [first = '', ...rest] = alignColumns([head, ...rows]);
  return [paint('bold', first), ...rest];
}

function modelRow({ name, owner, ownerId, source, model, blocked, id }: ListedModel): string[] {
  return [
    name,
    owner === 'other' ? `other: ${ownerId}` : owner,
    source ?? '-',
    blocked ? `${model} (blocked)` : model,
    id,
  ];
}

function objectRows({ source, state, reasons }: ListedObject): string[][] {
  return (reasons.length > 0 ? reasons : ['']).map((reason) => [source, state, reason]);
}

function summary(models: readonly ListedModel[], absent: readonly ListedObject[]): string {
  const count = (owner: ListedModel['owner']): number => models.filter((model) => model.owner === owner).length;
  return `${counted(models.length, 'model')}: ${count('ours')} ours, ${count('other')} of other owner ids, ${count('hand-made')} made by hand, ${count('config-file')} of LiteLLM’s config file. ${counted(absent.length, 'object')} not registered.`;
}
