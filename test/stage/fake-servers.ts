/**
 * The fake API server and the fake Vault side by side, as a platform team would have set them up: they know each
 * other, the engines are mounted, the operator has its namespace and the rights of config/rbac. Time is the caller's.
 */
import { Agent } from 'undici';
import type { Clock } from '../../src/runtime/clock.ts';
import { type KeyAndCert, selfSigned } from '../fakes/api-server/self-signed.ts';
import { type FakeApiServer, startApiServer } from '../fakes/api-server/server.ts';
import { type FakeVault, startVault } from '../fakes/vault/vault.ts';
import { KubeAdmin } from './kube-admin.ts';
import { crds, rights, SERVICE_ACCOUNT } from './rights.ts';
import { VaultAdmin } from './vault-admin.ts';

/** Longer than anything that is played here. */
const OPERATOR_TOKEN_S = 10 * 365 * 86_400;

export interface FakeServersOptions {
  readonly clock: Clock;
  readonly operatorNamespace: string;
  /** The API server speaks TLS too, with Vault's certificate. */
  readonly secureApi?: boolean;
}

export interface FakeServers {
  readonly api: FakeApiServer;
  readonly vaultServer: FakeVault;
  /** Of Vault; its own authority. */
  readonly certificate: KeyAndCert;
  readonly kube: KubeAdmin;
  readonly vault: VaultAdmin;
  /** Of the operator's service account. */
  readonly operatorKubeconfig: string;
  /** Names of the database users that exist. */
  databaseUsers(): readonly string[];
  /** Vault is back after `vaultServer.terminate()`, and unsealed. */
  startVault(): Promise<void>;
  stop(): Promise<void>;
}

export async function startFakeServers(options: FakeServersOptions): Promise<FakeServers> {
  const { clock, operatorNamespace, secureApi = false } = options;
  const certificate = selfSigned();
  const manifests = [...crds(), namespaceOf('kube-system')];
  const api = await startApiServer({ clock, manifests, ...(secureApi && { tls: certificate }) });
  const vaultServer = await startVault({
    clock,
    tls: certificate,
    authenticate: async (jwt) => reviewed(api, jwt),
  });
  const dispatcher = new Agent({ connect: { ca: certificate.cert } });
  const kube = new KubeAdmin({ url: api.url, token: api.adminToken, dispatcher });
  const vault = new VaultAdmin({ url: vaultServer.url, token: vaultServer.rootToken, dispatcher });
  await api.apply(namespaceOf(operatorNamespace), ...rights(operatorNamespace));
  await mountEngines(vault);
  const wish = { expirationSeconds: OPERATOR_TOKEN_S };
  return {
    api,
    vaultServer,
    certificate,
    kube,
    vault,
    operatorKubeconfig: api.kubeconfig(api.tokenFor(operatorNamespace, SERVICE_ACCOUNT, wish)),
    databaseUsers: () => usersOf(vaultServer),
    startVault: async () => {
      await vaultServer.start();
      vaultServer.unseal();
    },
    stop: async () => void (await Promise.all([api.stop(), vaultServer.stop()])),
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
  await vault.call('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
  await vault.call('POST', 'auth/kubernetes/config', { kubernetes_host: 'https://fake' });
}

function usersOf({ hooks }: FakeVault): string[] {
  const living = hooks.credentials().filter(({ droppedAt }) => droppedAt === undefined);
  return living.map(({ username }) => username);
}
