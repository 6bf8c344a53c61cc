/**
 * The fakes as a pair that knows each other: the API server's tokens log in at the Vault. On any clock; with TLS on the
 * API server when kubectl shall speak to it. Mounted as the real stack is.
 */
import { Agent } from 'undici';
import { mountPki } from '../../hack/real/vault-pki.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { selfSigned } from '../fakes/api-server/self-signed.ts';
import { type FakeApiServer, startApiServer } from '../fakes/api-server/server.ts';
import { type FakeVault, startVault } from '../fakes/vault/vault.ts';
import { KubeAdmin } from './kube-admin.ts';
import { crds, rights, SERVICE_ACCOUNT } from './rights.ts';
import { VaultAdmin } from './vault-admin.ts';

export const OPERATOR_NAMESPACE = 'vault-operator';
const YEARS_IN_SECONDS = 10 * 365 * 86_400;

export interface FakeServers {
  readonly api: FakeApiServer;
  readonly vaultServer: FakeVault;
  readonly kube: KubeAdmin;
  readonly vault: VaultAdmin;
  readonly vaultCa: string;
  /** Of the operator, with the rights of config/rbac. */
  readonly operatorKubeconfig: string;
  stop(): Promise<void>;
}

export async function startFakeServers(
  clock: Clock,
  options: { readonly tls?: boolean } = {},
): Promise<FakeServers> {
  const certificate = selfSigned();
  const api = await startApiServer({
    clock,
    ...(options.tls && { tls: certificate }),
    manifests: [...crds(), namespaceOf('kube-system'), namespaceOf(OPERATOR_NAMESPACE)],
  });
  const vaultServer = await startVault({
    clock,
    tls: certificate,
    authenticate: async (jwt) => reviewed(api, jwt),
  });
  const dispatcher = new Agent({ connect: { ca: certificate.cert } });
  const kube = new KubeAdmin({ url: api.url, token: api.adminToken, dispatcher });
  const vault = new VaultAdmin({ url: vaultServer.url, token: vaultServer.rootToken, dispatcher });
  await api.apply(...rights(OPERATOR_NAMESPACE));
  await mountEngines(vault);
  const wish = { expirationSeconds: YEARS_IN_SECONDS };
  return {
    api,
    vaultServer,
    kube,
    vault,
    vaultCa: certificate.cert,
    operatorKubeconfig: api.kubeconfig(api.tokenFor(OPERATOR_NAMESPACE, SERVICE_ACCOUNT, wish)),
    stop: async () => {
      await Promise.all([api.stop(), vaultServer.stop(), dispatcher.destroy()]);
    },
  };
}

function namespaceOf(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** As a review without audiences does: the token must be valid for those it names itself. */
function reviewed(api: FakeApiServer, jwt: string) {
  const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString() || '{}');
  const audiences: string[] = [claims.aud ?? []].flat();
  const identity = api.authenticate(jwt, audiences);
  const [, , namespace, serviceAccount] = identity?.username.split(':') ?? [];
  if (!identity || !namespace || !serviceAccount) return undefined;
  return {
    namespace,
    serviceAccount,
    uid: claims['kubernetes.io']?.serviceaccount?.uid ?? '',
    audiences,
  };
}

/** What the real stack has mounted too. */
async function mountEngines(vault: VaultAdmin): Promise<void> {
  await vault.call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } });
  await vault.call('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
  await vault.call('POST', 'sys/mounts/database', { type: 'database' });
  await vault.call('POST', 'database/config/postgres', {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
  });
  for (const type of ['jwt', 'approle', 'cert'])
    await vault.call('POST', `sys/auth/${type}`, { type });
  await vault.call('POST', 'sys/mounts/transit', { type: 'transit' });
  await mountPki((method, path, body) => vault.call(method, path, body));
  await vault.call('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
  await vault.call('POST', 'auth/kubernetes/config', { kubernetes_host: 'https://fake' });
}
