import { isAlias, isMap, isNode, isScalar, parseDocument, visit, type YAMLMap } from 'yaml';

/** Longest text that is parsed, in characters: every key that may pass, with its longest value, needs little more than half of it. */
export const MAX_YAML_LENGTH = 8_192;

const MAX_BRACKETS = 128;
const MAX_LINES = 512;

/** What a text holds, or why it cannot be used; the reason never repeats the text. */
export type YamlMap = { values: Record<string, unknown> } | { problem: string };

/**
 * Reads a YAML map that a stranger wrote. Whatever makes a document mean more than it shows is refused: anchors and aliases (they
 * multiply), tags, merge keys, repeated keys, several documents.
 */
export function readYamlMap(text: string): YamlMap {
  if (text.length > MAX_YAML_LENGTH) return { problem: `it is longer than ${MAX_YAML_LENGTH} characters` };
  // Each costs the parser far more than a letter: a map of settings needs few of them.
  if ((text.match(/[[{]/g)?.length ?? 0) > MAX_BRACKETS)
    return { problem: `it holds more than ${MAX_BRACKETS} brackets` };
  if ((text.match(/\n/g)?.length ?? 0) > MAX_LINES) return { problem: `it has more than ${MAX_LINES} lines` };
  try {
    return read(text);
  } catch {
    // Brackets a thousand deep, for example.
    return { problem: 'it is no YAML that can be read' };
  }
}

function read(text: string): YamlMap {
  // The parser compares each key with every other, and pictures each error: a second of work for a few thousand of them (measured).
  const document = parseDocument(text, { schema: 'core', merge: false, uniqueKeys: false, prettyErrors: false });
  const [error] = [...document.errors, ...document.warnings];
  // The parser's own message quotes the text.
  if (error) return { problem: `it is no YAML that can be read (${error.code} in line ${lineAt(text, error.pos[0])})` };
  const odd = oddity(document);
  if (odd) return { problem: odd };
  if (document.contents === null) return { values: {} };
  if (!isMap(document.contents)) return { problem: 'it is no YAML map, such as "rpm: 600"' };
  const values: Record<string, unknown> = {};
  for (const { key, value } of document.contents.items) {
    if (!isScalar(key) || typeof key.value !== 'string') return { problem: 'a key of it is no text' };
    Object.defineProperty(values, key.value, { value: isNode(value) ? value.toJS(document) : value, enumerable: true });
  }
  return { values };
}

function oddity(document: ReturnType<typeof parseDocument>): string | undefined {
  let found: string | undefined;
  visit(document, {
    Node(_key, node) {
      if (isAlias(node) || node.anchor) found = 'it holds an anchor or an alias';
      else if (node.tag) found = 'it holds a tag';
      else if (isMap(node) && repeats(node)) found = 'a key stands in it twice';
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

function repeats({ items }: YAMLMap): boolean {
  const keys = items.flatMap(({ key }) => (isScalar(key) ? String(key.value) : []));
  return new Set(keys).size < keys.length;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
