import { type Fields, fieldsAt, isFields, without } from '../fields.ts';
import { apiVersionOf, type FieldTree, type ResourceType } from './resources.ts';

/** Drops the fields that the type does not know, as the API server does without a word. */
export function prune(object: Fields, type: ResourceType): Fields {
  const rest = without(object, 'apiVersion', 'kind', 'metadata');
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: fieldsAt(object, 'metadata'),
    ...keep(rest, type.fields),
  };
}

/** The paths of the fields that pruning takes away. */
export function unknownFields(object: Fields, type: ResourceType): string[] {
  return unknownIn(without(object, 'apiVersion', 'kind', 'metadata'), type.fields, '');
}

function unknownIn(object: Fields, tree: FieldTree, prefix: string): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const below = tree[key];
    if (below === undefined) return [`${prefix}${key}`];
    return below !== true && isFields(value) ? unknownIn(value, below, `${prefix}${key}.`) : [];
  });
}

function keep(object: Fields, tree: FieldTree): Fields {
  const kept: Fields = {};
  for (const [key, value] of Object.entries(object)) {
    const below = tree[key];
    if (below === undefined) continue;
    kept[key] = below !== true && isFields(value) ? keep(value, below) : value;
  }
  return kept;
}
