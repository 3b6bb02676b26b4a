import type { GraphQl, Models, SelectionNode } from './client.ts';

export interface Translator {
  /** The engine's input → the client's: JSON columns arrive as JSON text. */
  input(model: string | undefined, value: unknown): unknown;
  /** A GraphQL selection → the client's `select`. */
  selection(node: SelectionNode, model: string | undefined): Record<string, unknown>;
  /** The arguments of a GraphQL field, as they stand. */
  arguments(node: SelectionNode): Record<string, unknown>;
  /** The client's rows → the engine's: JSON columns leave as JSON text, dates and big numbers as strings. */
  output(model: string, row: unknown): unknown;
}

/** Translates between the protocol of Prisma's query engine 5 and Prisma's JavaScript client. */
export function createTranslator(models: Models, graphql: GraphQl): Translator {
  const fieldOf = (model: string | undefined, name: string) =>
    model === undefined ? undefined : models[model]?.fields.find((field) => field.name === name);

  const input = (model: string | undefined, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => input(model, each));
    if (!isObject(value)) return value;
    return mapValues(value, (name, each) => {
      const field = fieldOf(model, name);
      if (field === undefined) return input(model, each);
      if (field.kind === 'object') return input(field.type, each);
      return field.type === 'Json' ? jsonInput(each) : each;
    });
  };

  const argumentsOf = (node: SelectionNode): Record<string, unknown> =>
    Object.fromEntries(
      (node.arguments ?? []).map((each) => [each.name.value, graphql.valueFromASTUntyped(each.value)]),
    );

  const selection = (node: SelectionNode, model: string | undefined): Record<string, unknown> => {
    const entries = (node.selectionSet?.selections ?? []).map((each): [string, unknown] => {
      const name = each.name.value;
      if (each.selectionSet === undefined) return [name, true];
      const type = fieldOf(model, name)?.type;
      const args = mapValues(argumentsOf(each), (_, value) => input(type, value));
      return [name, { ...args, select: selection(each, type) }];
    });
    return Object.fromEntries(entries);
  };

  const output = (model: string, row: unknown): unknown => {
    if (row === null || row === undefined) return null;
    if (Array.isArray(row)) return row.map((each) => output(model, each));
    if (!isObject(row)) return scalar(row);
    return mapValues(row, (name, value) => {
      const field = fieldOf(model, name);
      if (field?.kind === 'object') return output(field.type, value);
      if (field?.type !== 'Json' || value === null) return scalar(value);
      return Array.isArray(value) && field.isList ? value.map((each) => JSON.stringify(each)) : JSON.stringify(value);
    });
  };

  return { input, selection, arguments: argumentsOf, output };
}

/** A value as JSON can carry it. */
export function scalar(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return Array.isArray(value) ? value.map(scalar) : value;
}

function jsonInput(value: unknown): unknown {
  if (typeof value === 'string') return JSON.parse(value);
  if (!isObject(value)) return value;
  // A filter such as { path: ['a'], equals: '"text"' }.
  return mapValues(value, (name, each) => (typeof each === 'string' && name !== 'path' ? parsedOrAsIs(each) : each));
}

function parsedOrAsIs(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

function mapValues(
  from: Record<string, unknown>,
  change: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, change(name, value)]));
}
