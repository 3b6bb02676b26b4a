import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';

/** What an administrator's file says, or all that is wrong with it, a sentence each that begins with `file:line`. */
export type YamlReading<T> =
  | {
      value: T;
      /** The line on which the value of a path stands, from 1 on. */
      lineOf: (path: readonly PropertyKey[]) => number;
    }
  | { problems: [string, ...string[]] };

/**
 * Reads a YAML file of settings: one document, without repeated keys and aliases that could grow it.
 *
 * Values are never repeated in a problem, since they may be keys in the wrong place; what the schema's messages say is.
 *
 * @param file - its path, for the problems
 */
export function readYaml<T>(text: string, schema: z.ZodType<T>, file: string): YamlReading<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const at = (offset: number | undefined): string => `${file}:${offset === undefined ? 1 : lines.linePos(offset).line}`;
  const [first, ...rest] = [...document.errors, ...document.warnings].map(
    // The parser's own messages quote the text, which may hold a key.
    (error) => `${at(error.pos[0])}: it is not YAML (${error.code})`,
  );
  if (first !== undefined) return { problems: [first, ...rest] };
  const odd = oddKey(document);
  if (odd !== undefined) return { problems: [`${at(odd)}: a key must be plain text`] };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 20 });
  } catch {
    return { problems: [`${at(0)}: it is not YAML (an alias that is not there, or too many of them)`] };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    const lineOf = (path: readonly PropertyKey[]) => lines.linePos(offsetOf(document, path) ?? 0).line;
    return { value: parsed.data, lineOf };
  }
  const [problem, ...others] = parsed.error.issues.flatMap((issue) => problemsOf(issue, document, at));
  return { problems: [problem ?? `${at(0)}: it is wrong`, ...others] };
}

function problemsOf(issue: z.core.$ZodIssue, document: Document, at: (offset?: number) => string): string[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${at(keyOffset(document, path, key))}: ${inWords([...path, key])} is not known`);
  }
  const name = path.length > 0 ? inWords(path) : 'the file';
  return [`${at(offsetOf(document, path))}: ${name} ${issue.message}`];
}

/** Where the value stands, or, where there is none, what it would stand in. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0];
}

function keyOffset(document: Document, path: readonly PropertyKey[], key: string): number | undefined {
  const parent = path.length > 0 ? document.getIn(path, true) : document.contents;
  const pair = isMap(parent) ? parent.items.find(({ key: one }) => isScalar(one) && one.value === key) : undefined;
  return isScalar(pair?.key) ? pair.key.range?.[0] : offsetOf(document, path);
}

/** `backends[2].url`. */
function inWords(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    // A key that is not known may be one in the wrong place.
    const name = /^[\w.-]{1,64}$/.test(String(part)) ? String(part) : 'a key that is no plain name';
    return text ? `${text}.${name}` : name;
  }, '');
}

/** Where a key stands that is no text: it would be printed, and turned into one. */
function oddKey(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair(_index, { key }) {
      if (isScalar(key) && typeof key.value === 'string') return undefined;
      found = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      return visit.BREAK;
    },
  });
  return found;
}
