/** What one code says: the middle and the end of the sentence of its message, and a line of the reference page. */
export interface ErrorDescription {
  says: string;
  next: string;
}

/** Calls to the API server that did not succeed. */
export const KUBERNETES_ERRORS = {
  unauthorized: {
    says: 'the credentials are not accepted',
    next: 'renew the token or certificate of this user',
  },
  forbidden: { says: 'this user lacks the right for it', next: 'grant it with a Role or ClusterRole' },
  'not-found': {
    says: 'there is no such object or kind',
    next: 'check that it exists and its CRD is there',
  },
  conflict: {
    says: 'the object was changed by somebody else meanwhile',
    next: 'read it and try again',
  },
  'already-exists': { says: 'an object of that name exists', next: 'take it, or choose another name' },
  expired: { says: 'that state of the cluster is no longer kept', next: 'list again' },
  invalid: { says: 'it does not accept the call', next: 'check what is sent and both versions' },
  'too-many-requests': { says: 'it is throttling', next: 'wait and try again' },
  'server-error': { says: 'it failed', next: 'look at its log if this lasts' },
  unreachable: {
    says: 'it cannot be reached, or its certificate is not trusted',
    next: 'check that it is up, its address, and certificate-authority and tls-server-name in the kubeconfig',
  },
  timeout: { says: 'it could not finish in time', next: 'try again' },
  unreadable: {
    says: 'that is not an answer of a Kubernetes API server',
    next: 'check the address',
  },
} as const satisfies Record<string, ErrorDescription>;

/** Settings of this machine from which no way to a cluster could be read. */
export const KUBECONFIG_ERRORS = {
  'unreadable-file': {
    says: 'the kubeconfig does not exist, cannot be read, or is a folder',
    next: 'check the path and permissions',
  },
  'bad-yaml': { says: 'the kubeconfig is not valid YAML', next: 'correct the line that the message names' },
  'bad-kubeconfig': {
    says: 'the kubeconfig lacks something, or an address in it is wrong',
    next: 'correct what the message names',
  },
  'unknown-context': { says: 'there is no such context, or none is current', next: 'give one with --context' },
  'insecure-server': {
    says: 'the server is plain http, where anybody on the way reads the credentials',
    next: 'use https, or set insecure-skip-tls-verify if you mean it',
  },
  'no-cluster': {
    says: 'no cluster was found: no kubeconfig, and this is no pod with a service account',
    next: 'name a kubeconfig with --kubeconfig',
  },
} as const satisfies Record<string, ErrorDescription>;

export type KubernetesErrorCode = keyof typeof KUBERNETES_ERRORS;
export type KubeconfigErrorCode = keyof typeof KUBECONFIG_ERRORS;
