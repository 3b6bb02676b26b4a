/** A Secret of Kubernetes that holds a backend's key. It is in the namespace of the object that names it: no other's can be asked for. */
export interface SecretRef {
  namespace: string;
  name: string;
  /** The entry of the Secret's data; without one `api-key`, else the only entry there is. */
  key?: string;
}

const MAX_KEY_LENGTH = 4096;

/** Why a text cannot be a key that LiteLLM sends to a backend, as the end of a sentence in which it is never repeated; undefined where it can. */
export function sentKeyProblem(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (value.length > MAX_KEY_LENGTH) return `is longer than ${MAX_KEY_LENGTH} characters`;
  // It becomes a header.
  if (!/^[\x21-\x7e]+$/.test(value)) return 'holds a space, a line end or a character beyond ASCII';
  // LiteLLM would put a value of its own environment in its place, and send that to the backend.
  if (/^os\.environ\//i.test(value)) return 'begins with "os.environ/"';
  return undefined;
}
