import { z } from 'zod';
import { PASS_THROUGH_INFO, PASS_THROUGH_PARAMS } from './pass-through-table.ts';
import type { Json } from './registration.ts';
import { CREDENTIAL_PARAM, neverAllowed, type RightsRule, type TenantRights } from './rights.ts';
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
  ['access_groups', 'use the annotation access-groups'],
]);

/** True for a value that a tenant may set. */
export function mayPass(place: PassThroughPlace, key: string, value: unknown): boolean {
  return INDEX[place].get(key)?.schema.safeParse(value).success ?? false;
}

/** A value that an administrator allows beyond the closed list. */
const further: z.ZodType<Json> = z.json();

/** What is wrong with one setting, as the end of a sentence about the annotation. */
export interface PassThroughProblem {
  message: string;
  /** The rule of the administrator's that it breaks: it is right but for that. */
  rule?: RightsRule;
}

/**
 * Reads an annotation of further settings.
 *
 * @param rights - what the administrator allows beyond the closed list
 * @returns the settings, where all of them may pass, and each problem; values are never repeated, since they may be credentials in the
 * wrong place.
 */
export function readPassThrough(
  place: PassThroughPlace,
  text: string,
  rights?: TenantRights,
): { values: Record<string, Json>; problems: PassThroughProblem[] } {
  const read = readYamlMap(text);
  if ('problem' in read) return { values: {}, problems: [{ message: read.problem }] };
  const values: Record<string, Json> = {};
  const problems: PassThroughProblem[] = [];
  for (const [key, value] of Object.entries(read.values)) {
    const known = INDEX[place].get(key);
    const parsed = (known?.schema ?? further).safeParse(value);
    const problem = known ? undefined : furtherProblem(place, key, value, rights);
    if (problem) problems.push(problem);
    else if (parsed.success) values[key] = parsed.data;
    else problems.push({ message: `${key} must be ${known?.allowed ?? 'a plain value'}` });
  }
  return problems.length > 0 ? { values: {}, problems } : { values, problems };
}

/** Why a key beyond the closed list may not pass; undefined where the administrator allows it. */
function furtherProblem(
  place: PassThroughPlace,
  key: string,
  value: unknown,
  rights: TenantRights | undefined,
): PassThroughProblem | undefined {
  if (place === 'params' && key === CREDENTIAL_PARAM) return credentialProblem(value, rights);
  const never = neverAllowed(place, key) !== undefined;
  if (never || !rights?.[place].includes(key)) {
    const hint = hintFor(place, key);
    const message = `the key ${shown(key)} may not be set here${hint}`;
    if (hint || never || !PLAIN.test(key)) return { message };
    const rule = place === 'params' ? 'litellm-params' : 'model-info';
    return { message: `${message} (the administrator can allow it for the namespace)`, rule };
  }
  if (refersToEnvironment(value)) {
    return { message: `${key} refers to the environment of LiteLLM, which would send it to the server` };
  }
  return holdsNull(value) ? { message: `${key} must hold no null, which LiteLLM does not keep` } : undefined;
}

function credentialProblem(value: unknown, rights: TenantRights | undefined): PassThroughProblem | undefined {
  if (typeof value !== 'string' || value === '')
    return { message: `${CREDENTIAL_PARAM} must be the name of a credential` };
  if (rights?.credentials.includes(value)) return undefined;
  const message = `the credential that ${CREDENTIAL_PARAM} names is not allowed for the namespace: the administrator can allow it`;
  return { message, rule: 'credential' };
}

/** Wherever it stands: LiteLLM puts a value of its own environment in its place. */
function refersToEnvironment(value: unknown): boolean {
  if (typeof value === 'string') return /os\.environ\//i.test(value);
  if (Array.isArray(value)) return value.some(refersToEnvironment);
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, part]) => refersToEnvironment(key) || refersToEnvironment(part));
}

/** LiteLLM 1.106.0 drops a null, or lists it as a text: the row would never be as it should. */
export function holdsNull(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === 'object' && Object.values(value).some(holdsNull);
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

const PLAIN = /^[\w.-]{1,64}$/;

function shown(key: string): string {
  return PLAIN.test(key) ? `"${key}"` : 'that is no plain name';
}
