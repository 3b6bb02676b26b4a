import { matchesAny, matchesPattern } from './pattern.ts';
import { NO_NAMESPACE } from './registration.ts';

/** What an administrator lets the objects of some namespaces ask for. Patterns hold `*` and `?`. */
export interface TenantRights {
  /** Patterns of public names; any without them. */
  publicNames?: readonly string[] | undefined;
  /** Access groups of LiteLLM. */
  accessGroups: readonly string[];
  /** Keys of `litellm-params` beyond the closed list. */
  params: readonly string[];
  /** Keys of `model-info` beyond the closed list. */
  info: readonly string[];
  /** Credentials of LiteLLM that `litellm-params` may name: LiteLLM sends them to the object's server. */
  credentials: readonly string[];
}

/** One entry of an administrator's list: the first whose pattern matches a namespace counts for it. */
export interface TenantEntry extends TenantRights {
  namespace: string;
}

/**
 * A public name, or a pattern of some, that namespaces hold together: LiteLLM balances the calls between their models. The first entry
 * whose pattern matches a name counts for it, so that who shares with one shares with all.
 */
export interface SharedName {
  name: string;
  /** Names or patterns of namespaces. */
  namespaces: readonly string[];
}

/** What of an administrator's rules an object does not keep. */
export const RIGHTS_RULES = ['public-name', 'access-group', 'litellm-params', 'model-info', 'credential'] as const;

export type RightsRule = (typeof RIGHTS_RULES)[number];

/** The rights of all namespaces. */
export interface Rights {
  /** Of the objects of a namespace; the same object for the same namespace. */
  of(namespace: string): TenantRights;
  /** Whether two namespaces hold a public name together. */
  share(name: string, one: string, other: string): boolean;
  /** Whether a namespace holds a public name together with others. */
  isShared(name: string, namespace: string): boolean;
}

/** Where nothing is said: the closed lists alone, and any public name. */
const USUAL: TenantRights = { accessGroups: [], params: [], info: [], credentials: [] };

/** Names are guarded, nothing is granted. */
export const USUAL_RIGHTS: Rights = createRights([], []);

/** Puts an administrator's lists together. */
export function createRights(tenants: readonly TenantEntry[], shared: readonly SharedName[]): Rights {
  const known = new Map<string, TenantRights>();

  function of(namespace: string): TenantRights {
    let rights = known.get(namespace);
    if (!rights) {
      rights = find(namespace);
      known.set(namespace, rights);
    }
    return rights;
  }

  function find(namespace: string): TenantRights {
    // What the administrator lists himself has no limits of tenants.
    if (namespace === NO_NAMESPACE) return USUAL;
    return tenants.find((entry) => matchesPattern(entry.namespace, namespace)) ?? USUAL;
  }

  function share(name: string, one: string, other: string): boolean {
    // What the administrator lists himself is no namespace, whatever a pattern matches.
    if (one === NO_NAMESPACE || other === NO_NAMESPACE) return false;
    const namespaces = shared.find(({ name: pattern }) => matchesPattern(pattern, name))?.namespaces ?? [];
    return matchesAny(namespaces, one) && matchesAny(namespaces, other);
  }

  return { of, share, isShared: (name, namespace) => share(name, namespace, namespace) };
}

/** Whether an object of these rights may have a public name. */
export function allowsName({ publicNames }: TenantRights, name: string): boolean {
  return publicNames === undefined || matchesAny(publicNames, name);
}

/** Why a namespace may not have a name, and which it may have, for people. */
export function nameRefusal(name: string, namespace: string, { publicNames = [] }: TenantRights): string {
  const shown = publicNames.slice(0, 5).join(', ');
  const more = publicNames.length > 5 ? ', …' : '';
  return `"${name}" is not among the public names that namespace ${namespace} may have (${shown}${more}). Choose another with model-registrar.io/model-name, or ask the administrator.`;
}

/** Parameters by which one row draws calls from the others of its name: LiteLLM weighs by `weight`, else by `rpm`, else by `tpm` (1.106.0, `simple_shuffle`). */
export const SHARE_PARAMS: readonly string[] = ['weight', 'order', 'rpm', 'tpm'];

/** The parameter by which LiteLLM sends a credential that it keeps itself. */
export const CREDENTIAL_PARAM = 'litellm_credential_name';

/** Where a key would go: LiteLLM's `litellm_params` or `model_info`. */
export type RightsPlace = 'params' | 'info';

/** What belongs to the row itself, whoever asks for it, and wherever. */
const OF_THE_ROW: ReadonlyMap<string, string> = new Map([
  ['id', 'ids are made by model-registrar'],
  ['model_registrar', 'it is the ownership mark'],
  ['team_id', 'LiteLLM renames the models of a team'],
  ['team_public_model_name', 'LiteLLM renames the models of a team'],
  ...['db_model', 'created_at', 'created_by', 'updated_at', 'updated_by', 'access_via_team_ids', 'direct_access'].map(
    (key): [string, string] => [key, 'LiteLLM sets it'],
  ),
]);

/** Why a row could never hold a key as it is asked for, by whomever; undefined where it can. */
export function neverKept(place: RightsPlace, key: string): string | undefined {
  // LiteLLM 1.106.0, `without_server_derived_pricing`: the row would be written again and again.
  if (place === 'info' && isPrice(key)) return 'LiteLLM keeps prices in litellm-params alone';
  return OF_THE_ROW.get(key);
}

function isPrice(key: string): boolean {
  return /(?:^|_)cost(?:_|$)/.test(key);
}

/** What annotations of their own are for, in both places. */
const ANNOTATED: readonly (readonly [string, string])[] = [
  ['blocked', 'the annotation unready-policy is for it'],
  ['access_groups', 'access-groups is for it'],
  ['mode', 'the annotation mode is for it'],
];

/** Keys that no administrator can allow, and why: they follow from the object, or would lead elsewhere. */
export const NEVER_ALLOWED: Readonly<Record<RightsPlace, ReadonlyMap<string, string>>> = {
  params: new Map([
    ...OF_THE_ROW,
    ...ANNOTATED,
    ['model', 'it follows from served-name and provider'],
    ['model_name', 'the annotation model-name is for it'],
    ['api_base', 'it is the address of the object'],
    ['base_url', 'it is the address of the object'],
    ['api_key', 'the annotation api-key-secret is for it'],
    ['custom_llm_provider', 'the annotation provider is for it'],
    ['use_litellm_proxy', 'the annotation provider is for it'],
    ['configurable_clientside_auth_params', 'callers would choose the address'],
    [CREDENTIAL_PARAM, 'credentials is for it'],
    ['tags', 'the annotation tags is for it'],
    ['model_info', 'it is model-info'],
  ]),
  info: new Map([
    ...OF_THE_ROW,
    ...ANNOTATED,
    ['notes', 'the annotation notes is for it'],
    ['max_tokens', 'the annotation max-model-len is for it'],
    ['max_input_tokens', 'the annotation max-model-len is for it'],
  ]),
};

/** Why no administrator can allow a key; undefined where he can. */
export function neverAllowed(place: RightsPlace, key: string): string | undefined {
  const listed = neverKept(place, key) ?? NEVER_ALLOWED[place].get(key);
  // The price of a token is no credential.
  if (listed !== undefined || place === 'info' || isPrice(key)) return listed;
  return LEADS_ELSEWHERE.test(key) ? 'it may say where a call goes, or with which credential' : undefined;
}

/** Parts of names of parameters that say where a call goes, through which code, or with which credential (LiteLLM 1.106.0, `types/router.py`). */
const LEADS_ELSEWHERE =
  /fallback|endpoint|(?:^|_)base(?:$|_)|url|uri|proxy|host|header|client|callback|credential|organization|project|(?:^|_)(?:auth|key|keys|token|secret|password|access|private|certificate|cookie)(?:$|_)/i;
