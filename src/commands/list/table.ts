import { heldLine } from '../held-output.ts';
import { alignColumns, counted, paint } from '../output.ts';
import type { ListDocument, ListedModel, ListedObject } from './document.ts';

/**
 * The list for people, and for `grep`: a line a model, then a line a reason.
 *
 * @param several - of several LiteLLMs, also where just one of them could be read
 */
export function listTable(document: ListDocument, several = document.litellms.length > 1): string {
  const { models, objects, held, alsoHeld = [], unread } = document;
  const absent = objects.filter(({ registered }) => !registered);
  const troubled = objects.filter(({ registered }) => registered);
  const head = (first: string, ...rest: string[]): string[] => [first, ...(several ? ['LITELLM'] : []), ...rest];
  const modelHead = head('MODEL', 'OWNER', 'SOURCE', 'BACKEND', 'ID');
  const rowsOf = (some: readonly ListedObject[]): string[][] => some.flatMap((one) => objectRows(one, several));
  const lines = [
    ...(models.length > 0
      ? section(
          modelHead,
          models.map((model) => modelRow(model, several)),
        )
      : []),
    ...(absent.length > 0 ? ['', ...section(head('NOT REGISTERED', 'STATE', 'REASON'), rowsOf(absent))] : []),
    ...(troubled.length > 0 ? ['', ...section(head('WITH A PROBLEM', 'STATE', 'REASON'), rowsOf(troubled))] : []),
    ...(unread.length > 0 ? ['', ...unread.map((what) => paint('red', `! ${what}: its objects are not listed`))] : []),
    ...(held ? ['', ...[held, ...alsoHeld].map((one) => heldLine(one, several))] : []),
    ...(models.length + objects.length + unread.length > 0 ? [''] : []),
    summary(models, absent),
  ];
  return `${lines.join('\n')}\n`;
}

function section(head: string[], rows: string[][]): string[] {
  const [first = '', ...rest] = alignColumns([head, ...rows]);
  return [paint('bold', first), ...rest];
}

function modelRow(
  { name, litellm, owner, ownerId, source, model, blocked, id }: ListedModel,
  several: boolean,
): string[] {
  return [
    name,
    ...(several ? [litellm] : []),
    owner === 'other' ? `other: ${ownerId}` : owner,
    source ?? '-',
    blocked ? `${model} (blocked)` : model,
    id,
  ];
}

function objectRows({ source, litellm, state, reasons }: ListedObject, several: boolean): string[][] {
  const place = [source, ...(several ? [litellm] : [])];
  return (reasons.length > 0 ? reasons : ['']).map((reason) => [...place, state, reason]);
}

function summary(models: readonly ListedModel[], absent: readonly ListedObject[]): string {
  const count = (owner: ListedModel['owner']): number => models.filter((model) => model.owner === owner).length;
  return `${counted(models.length, 'model')}: ${count('ours')} ours, ${count('other')} of other owner ids, ${count('hand-made')} made by hand, ${count('config-file')} of LiteLLM’s config file. ${counted(absent.length, 'object')} not registered.`;
}
