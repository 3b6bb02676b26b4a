/** A kubeconfig for one user, known by a token. */
export function kubeconfig(server: string, caFile: string, token: string): string {
  // JSON is YAML too.
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'bed', cluster: { server, 'certificate-authority': caFile } }],
      users: [{ name: 'bed', user: { token } }],
      contexts: [{ name: 'bed', context: { cluster: 'bed', user: 'bed' } }],
      'current-context': 'bed',
    },
    undefined,
    2,
  )}\n`;
}
