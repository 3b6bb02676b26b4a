import { PASS_THROUGH_INFO, PASS_THROUGH_PARAMS } from './pass-through-table.ts';
import type { Json } from './registration.ts';
import { readYamlMap } from './yaml-map.ts';

const TABLES = { params: PASS_THROUGH_PARAMS, info: PASS_THROUGH_INFO } as const;
const INDEX = {
  params: new Map(PASS_THROUGH_PARAMS.map((one) => [one.key, one])),
  info: new Map(PASS_THROUGH_INFO.map((one) => [one.key, one])),
} as const;

/** Where a value would go: LiteLLM's `litellm_params` or `model_info`. */
export type PassThroughPlace = keyof typeof TABLES;

/** What is asked for most where it may not stand, and the right place for it. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['model', 'use the annotations served-name and provider'],
  ['custom_llm_provider', 'use the annotation provider'],
  ['api_base', 'the address is that of the object; the annotation base-path sets its path'],
  ['base_url', 'the address is that of the object; the annotation base-path sets its path'],
  ['api_key', 'use the annotation api-key-secret'],
  ['tags', 'use the annotation tags'],
  ['mode', 'use the annotation mode'],
  ['max_tokens', 'use the annotation max-model-len'],
  ['max_input_tokens', 'use the annotation max-model-len'],
  ['notes', 'use the annotation notes'],
  ['access_groups', 'it is a grant'],
  ['litellm_credential_name', 'it is a credential of LiteLLM'],
]);

/** True for a value that a tenant may set. */
export function mayPass(place: PassThroughPlace, key: string, value: unknown): boolean {
  return INDEX[place].get(key)?.schema.safeParse(value).success ?? false;
}

/**
 * Reads an annotation of further settings.
 *
 * @returns the settings, where all of them may pass, and each problem as the end of a sentence about the annotation; values are never
 * repeated, since they may be credentials in the wrong place.
 */
export function readPassThrough(
  place: PassThroughPlace,
  text: string,
): { values: Record<string, Json>; problems: string[] } {
  const read = readYamlMap(text);
  if ('problem' in read) return { values: {}, problems: [read.problem] };
  const values: Record<string, Json> = {};
  const problems: string[] = [];
  for (const [key, value] of Object.entries(read.values)) {
    const known = INDEX[place].get(key);
    const parsed = known?.schema.safeParse(value);
    if (!known) problems.push(`the key ${shown(key)} may not be set here${hintFor(place, key)}`);
    else if (parsed?.success) values[key] = parsed.data;
    else problems.push(`${key} must be ${known.allowed}`);
  }
  return problems.length > 0 ? { values: {}, problems } : { values, problems };
}

/** The keys of a place, for the sentence "Allowed: …". */
export function passThroughKeys(place: PassThroughPlace): string {
  return TABLES[place].map(({ key }) => key).join(', ');
}

function hintFor(place: PassThroughPlace, key: string): string {
  const other = place === 'params' ? 'info' : 'params';
  const hint =
    ELSEWHERE.get(key) ?? (INDEX[other].has(key) ? `use ${other === 'info' ? 'model-info' : 'litellm-params'}` : '');
  return hint && ` (${hint})`;
}

function shown(key: string): string {
  return /^[\w.-]{1,64}$/.test(key) ? `"${key}"` : 'that is no plain name';
}
