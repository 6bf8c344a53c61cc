/** Service accounts and their tokens, the way a kubelet gets them for a pod: by TokenRequest. */
import { apply } from './apply.ts';
import type { HttpsClient } from './https-client.ts';

/** The server refuses less than ten minutes. */
const TOKEN_LIFETIME_S = 24 * 60 * 60;

export interface ServiceAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Makes namespace and service account where they are missing. They are given no rights here. */
export async function ensureServiceAccount(admin: HttpsClient, of: ServiceAccount): Promise<void> {
  const { namespace, serviceAccount } = of;
  const made = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: serviceAccount, namespace } },
  ];
  await apply(admin, made.map((manifest) => JSON.stringify(manifest)).join('\n---\n'));
}

/** For the API server's own audience unless others are given. */
export async function requestToken(
  admin: HttpsClient,
  of: ServiceAccount,
  audiences?: readonly string[],
): Promise<string> {
  const path = `/api/v1/namespaces/${of.namespace}/serviceaccounts/${of.serviceAccount}/token`;
  const answer = await admin.request<{ status: { token: string } }>('POST', path, {
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_LIFETIME_S, audiences },
    },
  });
  return answer.status.token;
}
