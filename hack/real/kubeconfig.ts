/** A kubeconfig as text: one cluster, one user who shows a bearer token. */

export interface Access {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  readonly user: string;
  readonly namespace?: string;
}

/** JSON, which is YAML, so that nothing needs quoting rules. */
export function kubeconfigFor(access: Access): string {
  const ca = Buffer.from(access.caPem).toString('base64');
  const { url, user, token, namespace = 'default' } = access;
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'real',
      clusters: [{ name: 'real', cluster: { server: url, 'certificate-authority-data': ca } }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: 'real', context: { cluster: 'real', user, namespace } }],
    },
    undefined,
    2,
  )}\n`;
}
