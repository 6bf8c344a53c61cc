/** The objects of the rows about static secrets, numbered from 0: a value in Vault, a VaultStaticSecret, a Deployment. */
import type { KubeAdmin } from '../../test/stage/kube-admin.ts';
import type { Tenant } from '../../test/stage/tenant.ts';
import type { VaultAdmin } from '../../test/stage/vault-admin.ts';
import type { Send } from './callers.ts';

export function valuePath(home: Tenant, index: number): string {
  return `${home.prefix}/value-${index}`;
}

export function objectsPath(home: Tenant): string {
  return `apis/secrets.hashicorp.com/v1beta1/namespaces/${home.namespace}/vaultstaticsecrets`;
}

export async function writeValue(vault: VaultAdmin, home: Tenant, index: number, word: string) {
  await vault.writeKv2('kv', valuePath(home, index), { password: word.padEnd(32, 'x') });
}

/** The name of the object, of its Secret and, with `restarts`, of its Deployment. */
export async function createStaticSecret(
  send: Send,
  home: Tenant,
  index: number,
  refreshAfter: string,
  restarts = false,
): Promise<string> {
  const name = `value-${index}`;
  await send('POST', objectsPath(home), {
    apiVersion: 'secrets.hashicorp.com/v1beta1',
    kind: 'VaultStaticSecret',
    metadata: { name },
    spec: {
      vaultAuthRef: 'app',
      mount: 'kv',
      path: valuePath(home, index),
      type: 'kv-v2',
      refreshAfter,
      destination: { name, create: true },
      ...(restarts && { rolloutRestartTargets: [{ kind: 'Deployment', name }] }),
    },
  });
  return name;
}

/** Without replicas: a restart is a change of its template, and it has rolled out at once. */
export async function createDeployment(
  kube: KubeAdmin,
  namespace: string,
  name: string,
): Promise<void> {
  const labels = { app: name };
  await kube.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
      },
    },
  });
}
