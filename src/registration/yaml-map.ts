import { isAlias, isMap, isNode, isScalar, parseDocument, visit } from 'yaml';

/** Longest text that is parsed, in characters. */
const MAX_LENGTH = 16_384;

/** What a text holds, or why it cannot be used; the reason never repeats the text. */
export type YamlMap = { values: Record<string, unknown> } | { problem: string };

/**
 * Reads a YAML map that a stranger wrote. Whatever makes a document mean more than it shows is refused: anchors and aliases (they
 * multiply), tags, merge keys, repeated keys, several documents.
 */
export function readYamlMap(text: string): YamlMap {
  if (text.length > MAX_LENGTH) return { problem: `it is longer than ${MAX_LENGTH} characters` };
  try {
    return read(text);
  } catch {
    // Brackets a thousand deep, for example.
    return { problem: 'it is no YAML that can be read' };
  }
}

function read(text: string): YamlMap {
  const document = parseDocument(text, { schema: 'core', merge: false, uniqueKeys: true });
  const [error] = [...document.errors, ...document.warnings];
  // The parser's own message quotes the text.
  if (error) return { problem: `it is no YAML that can be read (${error.code}${lineOf(error)})` };
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
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

function lineOf({ linePos }: { linePos?: [{ line: number }, ...unknown[]] | undefined }): string {
  return linePos ? ` in line ${linePos[0].line}` : '';
}
