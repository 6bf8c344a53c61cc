/** A kubeconfig for one server and one token, as text (JSON is YAML). */

export interface Access {
  readonly url: string;
  readonly token: string;
  /** PEM; without it certificates are not checked, and plain HTTP is accepted. */
  readonly ca?: string | undefined;
}

export function kubeconfig({ url, token, ca }: Access): string {
  const trust =
    ca === undefined
      ? { 'insecure-skip-tls-verify': true }
      : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const name = 'fake';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, ...trust } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
