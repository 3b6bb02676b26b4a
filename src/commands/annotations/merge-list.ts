import { PlainError } from '../plain-error.ts';
import { type Member, readParts } from './json-text.ts';

/** The field of KServe's configuration whose annotations are not copied to pods. */
export const LIST_FIELD = 'serviceAnnotationDisallowedList';

/** The key of the ConfigMap's data under which the field stands, inside a JSON text. */
export const CONFIG_KEY = 'inferenceService';

/** What merging came to. */
export interface Merged {
  text: string;
  /** The keys that were not in the list. */
  added: string[];
}

/**
 * Puts keys into the list inside KServe's JSON text. What is there stays, to the byte: order, spaces, unknown fields.
 *
 * @param text - the value under {@link CONFIG_KEY}; undefined where there is none
 * @throws PlainError where the text is no JSON object, or its list is none of texts: KServe itself cannot read it then
 */
export function mergeList(text: string | undefined, keys: readonly string[]): Merged {
  const known = readList(text);
  const added = [...new Set(keys)].filter((key) => !known.includes(key));
  if (added.length === 0) return { text: text ?? '', added };
  return { text: inserted(text?.trim() ? text : '{}', added), added };
}

/** The keys that are in the list. @throws PlainError as {@link mergeList} does */
export function readList(text: string | undefined): string[] {
  if (!text?.trim()) return [];
  const object = parse(text);
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw malformed('is no JSON object');
  // Go's reader takes a field whatever its case, and the last one of several.
  const found = Object.entries(object).findLast(([key]) => isField(key));
  const list: unknown = found?.[1] ?? [];
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
    throw malformed(`holds a ${LIST_FIELD} that is no list of texts`);
  }
  return list;
}

function inserted(text: string, added: readonly string[]): string {
  const open = text.indexOf('{');
  const { members, close } = readParts(text, open);
  const field = members.findLast(({ key }) => isField(key));
  const value = field && text.slice(field.start, field.end);
  if (field && value?.startsWith('[')) return withElements(text, field, added);
  const indent = indentAt(text, members.at(-1)?.keyStart) ?? '  ';
  const list = spelled(added, indent);
  // `null` is as good as no list.
  if (field) return splice(text, field.start, field.end, list);
  const member = `${JSON.stringify(LIST_FIELD)}: ${list}`;
  const last = members.at(-1);
  if (!last) return splice(text, open + 1, close, `\n${indent}${member}\n`);
  const sameLine = !text.slice(open, last.keyStart).includes('\n');
  return splice(text, last.end, last.end, sameLine ? `, ${flat(member)}` : `,\n${indent}${member}`);
}

function withElements(text: string, field: Member, added: readonly string[]): string {
  const { members, close } = readParts(text, field.start);
  const last = members.at(-1);
  if (!last) {
    const indent = indentAt(text, field.keyStart);
    return splice(
      text,
      field.start,
      close + 1,
      indent === undefined ? flat(spelled(added, '')) : spelled(added, indent),
    );
  }
  const indent = indentAt(text, last.start);
  const between = indent === undefined ? ', ' : `,\n${indent}`;
  return splice(text, last.end, last.end, added.map((key) => between + JSON.stringify(key)).join(''));
}

function spelled(keys: readonly string[], indent: string): string {
  return `[\n${keys.map((key) => `${indent}  ${JSON.stringify(key)}`).join(',\n')}\n${indent}]`;
}

/** On one line, since its neighbours are. */
function flat(json: string): string {
  return json.replaceAll(/\n\s*/g, ' ').replaceAll(/\[ | \]/g, (bracket) => bracket.trim());
}

/** What stands before something on its line, where that is only space. */
function indentAt(text: string, at: number | undefined): string | undefined {
  if (at === undefined) return undefined;
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return text.lastIndexOf('\n', at - 1) >= 0 && before.trim() === '' ? before : undefined;
}

function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function isField(key: string): boolean {
  return key.toLowerCase() === LIST_FIELD.toLowerCase();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('is no JSON (comments are not allowed in it)');
  }
}

function malformed(what: string): PlainError {
  return new PlainError(
    `The text under "${CONFIG_KEY}" of KServe’s ConfigMap ${what}, so that KServe cannot read it either: mend it with kubectl edit, then try again.`,
  );
}
