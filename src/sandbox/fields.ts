/** A JSON object of which nothing is known yet. */
export type Fields = Record<string, unknown>;

/** Whether a value is a JSON object (not null, not a list). */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under a key, or an empty one when there is none. */
export function fieldsAt(object: Fields, key: string): Fields {
  const value = object[key];
  return isFields(value) ? value : {};
}

/** The string under a key, or undefined when it is absent or of another type. */
export function textAt(object: Fields, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}

/** The object without the named keys. */
export function without(object: Fields, ...keys: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Parses text that must be a JSON object; undefined when it is not. */
export function parseFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A value as a message shows it: text as it is, nothing for nothing, all else as JSON. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
