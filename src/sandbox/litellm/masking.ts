import { type Fields, isFields, shown, without } from '../fields.ts';

/** Params that no answer holds (LiteLLM 1.106, `remove_sensitive_info_from_deployment`). */
const REMOVED = [
  'api_key',
  'client_secret',
  'vertex_credentials',
  'vertex_ai_credentials',
  'aws_access_key_id',
  'aws_secret_access_key',
];

/** Parts of a key, split at `_` and `-`, that make its value a secret (LiteLLM 1.106, `SensitiveDataMasker`). */
const SECRET_PARTS = new Set([
  'password',
  'secret',
  'key',
  'token',
  'auth',
  'authorization',
  'cookie',
  'credential',
  'credentials',
  'access',
  'private',
  'certificate',
  'fingerprint',
  'tenancy',
]);
const SHOWN = new Set(['litellm_credential_name', 'default_api_key_tpm_limit', 'default_api_key_rpm_limit']);

function isSecret(key: string): boolean {
  if (SHOWN.has(key)) return false;
  const parts = key.toLowerCase().replaceAll('-', '_').split('_');
  return !parts.includes('cost') && parts.some((part) => SECRET_PARTS.has(part));
}

function masked(text: string): string {
  if (text.length <= 8) return '*'.repeat(text.length);
  return `${text.slice(0, 4)}${'*'.repeat(text.length - 8)}${text.slice(-4)}`;
}

function maskList(values: readonly unknown[], secret: boolean): unknown[] {
  return values.map((value) => {
    if (isFields(value)) return maskFields(value);
    if (Array.isArray(value)) return maskList(value, secret);
    if (value === null) return 'None';
    return secret && typeof value === 'string' ? masked(value) : value;
  });
}

function maskFields(object: Fields): Fields {
  const entries = Object.entries(object).map(([key, value]) => {
    if (isFields(value)) return [key, maskFields(value)];
    if (Array.isArray(value)) return [key, maskList(value, isSecret(key))];
    if (value === null) return [key, isSecret(key) ? '' : 'None'];
    return [key, isSecret(key) ? masked(shown(value)) : value];
  });
  return Object.fromEntries(entries);
}

/** The params of a row as answers show them: credentials left out, what has a secret's name masked, at any depth; a null within comes out as Python prints it. */
export function shownParams(params: Fields): Fields {
  return maskFields(without(params, ...REMOVED));
}
