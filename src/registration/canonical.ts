import { createHash } from 'node:crypto';
import type { Json } from './registration.ts';

/** JSON text with sorted keys: equal values give equal texts. */
export function canonical(value: Json | undefined): string {
  if (value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${fields.join(',')}}`;
}

/** The first `length` hexadecimal digits of the SHA-256 of a value's canonical text. */
export function digest(value: Json, length: number): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, length);
}

/**
 * True when LiteLLM holds what was written: equal, or a scalar that it handed back as text.
 * LiteLLM turns some non-text parameters into text when it lists them.
 */
export function sameValue(held: Json | undefined, wanted: Json): boolean {
  if (canonical(held) === canonical(wanted)) return true;
  return (
    typeof held === 'string' && (typeof wanted === 'number' || typeof wanted === 'boolean') && held === `${wanted}`
  );
}
