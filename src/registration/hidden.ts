/**
 * Parameters that LiteLLM leaves out of every list.
 * From `litellm_core_utils/sensitive_data_masker.py` and `proxy/common_utils/openai_endpoint_utils.py` (LiteLLM 1.106.0).
 */
const REMOVED: ReadonlySet<string> = new Set([
  'api_key',
  'client_secret',
  'vertex_credentials',
  'vertex_ai_credentials',
  'aws_access_key_id',
  'aws_secret_access_key',
]);

/** Parts of a key's name for which LiteLLM masks the value (same files). */
const MASKED_PARTS: ReadonlySet<string> = new Set([
  'password',
  'passwords',
  'secret',
  'secrets',
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
  'certificates',
  'fingerprint',
  'tenancy',
]);

/** True when a list of LiteLLM's never shows the true value of this parameter: it is removed, or masked by its name. */
export function isHidden(key: string): boolean {
  const name = key.toLowerCase();
  if (REMOVED.has(name)) return true;
  const parts = name.split(/[_-]/);
  return !parts.includes('cost') && name !== 'litellm_credential_name' && parts.some((part) => MASKED_PARTS.has(part));
}

/** True when a value holds a hidden key at any depth, so that what a list shows of it is not what is stored. */
export function holdsHidden(key: string, value: unknown): boolean {
  if (isHidden(key)) return true;
  if (Array.isArray(value)) return value.some((item) => holdsHidden('', item));
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([inner, part]) => holdsHidden(inner, part));
}
